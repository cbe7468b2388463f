import { type SplitLimit, splitComponent } from '../components/split-component.ts';
import { UNLISTABLE_COMPONENTS } from '../components/unlistable.ts';
import { outlineLayer } from '../layers/outline.ts';
import { mappedComponentName } from '../model/component-map.ts';
import type { Component } from '../model/component.ts';
import type { PackItem } from '../model/layer-plan.ts';
import type { LayerContents } from '../model/layer.ts';
import type { PlanOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import { findExclusive } from '../packing/exclusive.ts';

/** What goes into one layer as a whole: a component, or a part of one that is too big for a layer. */
export interface Packable {
  readonly component: Component;
  readonly item: PackItem;
}

export interface PackingPreparation {
  readonly options: PlanOptions;
  /** What a layer with only these components holds. */
  readonly arrange: (components: readonly Component[]) => LayerContents;
  readonly reporter: Reporter;
}

/** @throws LayahError `usage` for an ambiguous `--exclusive`, `unsupported-entry` for what no layer can hold. */
export function packables(components: readonly Component[], preparation: PackingPreparation): Packable[] {
  const isExclusive = exclusiveness(components, preparation);
  const outline = (component: Component) => outlineLayer(preparation.arrange([component]));
  const { maxLayerSizeBytes: maxBytes } = preparation.options;
  const limit: SplitLimit | undefined =
    maxBytes === undefined
      ? undefined
      : { maxBytes, measure: (component: Component) => outline(component).tarBytes };
  const onPacked = countEntries(components, preparation.reporter);
  return components.flatMap((component) => {
    onPacked(component);
    const exclusive = isExclusive(component);
    const parts = limit === undefined ? [component] : splitComponent(component, limit);
    return parts.map((part): Packable => {
      const { fingerprint, tarBytes } = outline(part);
      return { component: part, item: { ...part, sizeBytes: tarBytes, exclusive, fingerprint } };
    });
  });
}

/** @returns what is to be called before each component. */
function countEntries(components: readonly Component[], reporter: Reporter): (component: Component) => void {
  const total = components.reduce((sum, { entries }) => sum + entries.length, 0);
  let done = 0;
  return ({ entries }) => {
    reporter.progress(STAGE, done, total);
    done += entries.length;
  };
}

const STAGE = { name: 'components', unit: 'entries' };

function exclusiveness(
  components: readonly Component[],
  { options, reporter }: PackingPreparation,
): (component: Component) => boolean {
  const { exclusiveComponents, componentMap, maxLayers } = options;
  const { names, warnings } = findExclusive(
    components.map(({ name }) => name),
    exclusiveComponents,
  );
  for (const warning of warnings) reporter.warn(warning);
  // A component of the map that has no files has been warned of already: its patterns match nothing.
  const mapped = componentMap?.components.filter(({ exclusive }) => exclusive) ?? [];
  const mappedNames = new Set(mapped.map(({ name }) => mappedComponentName(name)));
  const asked = ({ name }: Component) => names.has(name) || mappedNames.has(name);
  // Nobody asked for these, so they give way where layers are few.
  const hasRoom = components.filter((each) => asked(each) || unlistable(each)).length < maxLayers;
  return (component) => asked(component) || (hasRoom && unlistable(component));
}

function unlistable({ name }: Component): boolean {
  return UNLISTABLE_COMPONENTS.includes(name);
}
