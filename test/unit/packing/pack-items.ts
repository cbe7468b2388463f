import type { PackingOptions, PackingPlan, PackItem, PreviousLayer } from '../../../src/model/layer-plan.ts';
import { planLayers } from '../../../src/packing/pack.ts';

export const PLAN_TIME = 1_700_000_000;
export const DAY = 24 * 60 * 60;

export function item(name: string, fields: Partial<PackItem> = {}): PackItem {
  return {
    name,
    sizeBytes: 1,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
    exclusive: false,
    fingerprint: '',
    ...fields,
  };
}

export function plan(
  items: readonly PackItem[],
  maxLayers: number,
  options: Partial<PackingOptions> = {},
): PackingPlan {
  return planLayers(items, {
    maxLayers,
    maxLayerSizeBytes: undefined,
    planTimeSeconds: PLAN_TIME,
    previous: undefined,
    ...options,
  });
}

/** The names of the components of each layer. */
export function names(
  items: readonly PackItem[],
  maxLayers: number,
  options: Partial<PackingOptions> = {},
): (readonly string[])[] {
  return plan(items, maxLayers, options).layers.map(({ componentNames }) => componentNames);
}

/** The layers as the annotations of an image have them. */
export function asPrevious(items: readonly PackItem[], { layers }: PackingPlan): PreviousLayer[] {
  const fingerprints = new Map(items.map(({ name, fingerprint }) => [name, fingerprint]));
  return layers.map(({ componentNames }) => ({
    components: componentNames.map((name) => ({ name, fingerprint: fingerprints.get(name) ?? '' })),
  }));
}
