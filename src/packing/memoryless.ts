/*
 * The plan without a previous image. Nothing holds components where they were, so the plan must hardly depend on what changes
 * from build to build: update rates are those of an epoch (plan-epoch.ts), sizes are rounded. An optimal plan of exact
 * figures would move at every build, and each component that moves costs two layers.
 *
 * Many layers: the snake order, cut where it costs least. Few layers: the cheapest pairs merged, since long runs of an order
 * join too much that does not belong together.
 *
 * One layer is left free, so that a component that comes later finds a place without changing a layer (repack.ts).
 */
import { cutOrder } from './cut-order.ts';
import { mergeClusters } from './merge-clusters.ts';
import { type Members, type RatedItem, totalBytes, unchangedProbability } from './rated-item.ts';
import { bundleLinks, type Link, roundToPower, snakeOrder } from './snake-order.ts';

const MOST_LAYERS_BY_MERGING = 24;
/** With fewer layers one is worth more than what it saves later. */
const LEAST_LAYERS_WITH_ROOM = 4;

export interface GroupLimits {
  readonly maxLayers: number;
  /** No group of several items is larger; infinite for no limit. */
  readonly maxLayerSizeBytes: number;
}

/** @returns groups in no order, or undefined when so few layers cannot keep the limit of their size. */
export function groupWithoutMemory(items: Members, limits: GroupLimits): Members[] | undefined {
  const { maxLayers, maxLayerSizeBytes } = limits;
  const groupCount = maxLayers >= LEAST_LAYERS_WITH_ROOM ? maxLayers - 1 : maxLayers;
  if (items.length <= groupCount) return items.map((item) => [item]);
  const bundles = bundleLinks(snakeOrder(items), maxLayerSizeBytes);
  const group = maxLayers <= MOST_LAYERS_BY_MERGING ? mergeBundles : cutBundles;
  return group(bundles, { maxLayers: groupCount, maxLayerSizeBytes });
}

type Bundles = readonly (readonly Link[])[];

function cutBundles(bundles: Bundles, { maxLayers, maxLayerSizeBytes }: GroupLimits): Members[] | undefined {
  const links = bundles.map((bundle) => ({
    sizeBytes: totalBytes(membersOf(bundle)),
    roundedBytes: bundle.reduce((sum, { roundedBytes }) => sum + roundedBytes, 0),
    unchanged: bundle.reduce((product, { unchanged }) => product * unchanged, 1),
  }));
  const starts = cutOrder(links, { maxRuns: maxLayers, maxRunBytes: maxLayerSizeBytes });
  return starts?.map((start, run) => bundles.slice(start, starts[run + 1]).flatMap(membersOf));
}

function mergeBundles(
  bundles: Bundles,
  { maxLayers, maxLayerSizeBytes }: GroupLimits,
): Members[] | undefined {
  const clusters = bundles.map(membersOf).map((members) => ({
    members,
    sizeBytes: totalBytes(members),
    costBytes: members.reduce((sum, { item }) => sum + roundToPower(item.sizeBytes, 4), 0),
    unchanged: unchangedProbability(members),
    breakingCost: 0,
  }));
  const limits = { maxClusters: maxLayers, maxClusterBytes: maxLayerSizeBytes };
  return mergeClusters<RatedItem>(clusters, limits)?.map(({ members }) => members);
}

function membersOf(bundle: readonly Link[]): RatedItem[] {
  return bundle.map(({ rated }) => rated);
}
