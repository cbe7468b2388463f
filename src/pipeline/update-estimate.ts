import type { Component } from '../model/component.ts';
import { rateItems } from '../packing/rated-item.ts';

/** How likely something has changed in a build a week later, from 0 to 1. */
export interface UpdateRates {
  /** Undefined for one that is not known. */
  ofComponent(name: string): number | undefined;
  /** That of any of these; undefined when one is not known. */
  ofLayer(names: readonly string[]): number | undefined;
}

/** Estimated as for a plan. @param created of the image, RFC 3339; undefined when it does not say. */
export function estimateRates(
  components: readonly Component[],
  created: string | undefined,
): UpdateRates | undefined {
  const createdSeconds = Date.parse(created ?? '') / 1000;
  if (Number.isNaN(createdSeconds)) return undefined;
  const items = components.map((component) => ({ ...component, exclusive: false, fingerprint: '' }));
  const rated = rateItems(items, Math.floor(createdSeconds));
  const rates = new Map(rated.map(({ item, probability }) => [item.name, probability]));
  // Parts of a component that was cut change like all of it.
  const ofComponent = (name: string) => rates.get(name) ?? rates.get(name.replace(/#.*$/s, ''));
  return {
    ofComponent,
    ofLayer(names) {
      const known = names.map(ofComponent).filter((rate) => rate !== undefined);
      if (known.length === 0 || known.length < names.length) return undefined;
      return 1 - known.reduce((product, rate) => product * (1 - rate), 1);
    },
  };
}
