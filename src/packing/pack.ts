/*
 * Which components share a layer. Takes what is known of each component, how many layers there may be, and perhaps the
 * previous image; gives the layers from the bottom up. The plan depends on the set of items alone, never on their order.
 *
 * 1. Each component gets the probability that it changes within a week (update-rates.ts).
 * 2. An exclusive component has a layer of its own.
 * 3. The others that change in every build share one layer. With one layer left there is nothing to part.
 * 4. The rest is grouped so that few bytes are downloaded again: without a previous image in memoryless.ts, with one in
 *    repack.ts, which keeps the layers that have not changed.
 * 5. The layers that change least come first (layer-order.ts).
 *
 * No layer is above the limit of its size unless one component is; where the groups of 4 cannot keep it, size alone decides
 * (fit-by-size.ts).
 *
 * Only ratios of sizes count: all of them times a power of four give the same plan.
 *
 * The same input gives the same plan on every machine and in every engine. Decisions rest on + - * / alone, whose results
 * IEEE 754 defines to the bit, and sums are taken in a fixed order; there is no Math.exp, Math.log or Math.pow.
 */
import { LayahError } from '../model/errors.ts';
import type {
  LayerPlan,
  OversizedComponent,
  PackingOptions,
  PackingPlan,
  PackItem,
} from '../model/layer-plan.ts';
import { fitBySize } from './fit-by-size.ts';
import { type DraftLayer, orderLayers } from './layer-order.ts';
import { groupWithoutMemory } from './memoryless.ts';
import { byName, type Members, rateItems, totalBytes, updateProbability } from './rated-item.ts';
import { repackGroups } from './repack.ts';

/**
 * @param items - names are unique.
 * @returns at most `maxLayers` layers, none empty, every item in exactly one.
 * @throws LayahError `usage` when `maxLayers` is no whole number of at least 1, or too small for the exclusive items or for
 *   `maxLayerSizeBytes`.
 */
export function planLayers(items: readonly PackItem[], options: PackingOptions): PackingPlan {
  const { maxLayers, maxLayerSizeBytes = Number.POSITIVE_INFINITY } = options;
  if (!Number.isSafeInteger(maxLayers) || maxLayers < 1) throw badMaxLayers(maxLayers);
  const sorted = rateItems(items, options.planTimeSeconds);
  const exclusive = sorted.filter((rated) => rated.item.exclusive);
  const shared = sorted.filter((rated) => !rated.item.exclusive);
  const neededLayers = exclusive.length + (shared.length > 0 ? 1 : 0);
  if (neededLayers > maxLayers) throw tooManyExclusive(exclusive.length, neededLayers, maxLayers);
  const drafts = [
    ...exclusive.map((rated): DraftLayer => ({ members: [rated], reason: 'exclusive' })),
    ...shareLayers(shared, { ...options, maxLayerSizeBytes, maxLayers: maxLayers - exclusive.length }),
  ].map(({ members, reason }): DraftLayer => ({ members: members.toSorted(byName), reason }));
  if (drafts.length > maxLayers) throw tooSmallLayers(totalBytes(sorted), { ...options, maxLayerSizeBytes });
  return {
    layers: orderLayers(drafts, options.previous).map(toLayer),
    warnings: findOversized(sorted, maxLayerSizeBytes),
  };
}

interface SharingOptions extends PackingOptions {
  /** Infinite for no limit. */
  readonly maxLayerSizeBytes: number;
}

/** More layers than allowed when the limit of their size needs them. */
function shareLayers(items: Members, options: SharingOptions): DraftLayer[] {
  const { maxLayers, maxLayerSizeBytes } = options;
  const ordinary = items.filter(({ item }) => !item.changesEveryBuild);
  if (maxLayers === 1 || ordinary.length === 0) {
    const reason = ordinary.length === 0 ? 'hot' : 'packed';
    return fitBySize(items, maxLayerSizeBytes).map((members): DraftLayer => ({ members, reason }));
  }
  const volatile = items.filter(({ item }) => item.changesEveryBuild);
  const hot = fitBySize(volatile, maxLayerSizeBytes);
  return [
    ...groupItems(ordinary, { ...options, maxLayers: Math.max(1, maxLayers - hot.length) }),
    ...hot.map((members): DraftLayer => ({ members, reason: 'hot' })),
  ];
}

function groupItems(items: Members, options: SharingOptions): DraftLayer[] {
  const { previous, maxLayerSizeBytes } = options;
  const kept = previous && repackGroups(items, { ...options, previous });
  if (kept !== undefined) return kept;
  const groups = groupWithoutMemory(items, options) ?? fitBySize(items, maxLayerSizeBytes);
  return groups.map((members): DraftLayer => ({ members, reason: 'packed' }));
}

function toLayer({ members, reason }: DraftLayer): LayerPlan {
  return {
    kind: 'new',
    componentNames: members.map(({ item }) => item.name),
    reason,
    sizeBytes: totalBytes(members),
    weeklyUpdateProbability: updateProbability(members),
  };
}

function findOversized(items: Members, maxLayerSizeBytes: number): OversizedComponent[] {
  return items
    .filter(({ item }) => item.sizeBytes > maxLayerSizeBytes)
    .map(({ item }) => ({
      kind: 'oversized-component',
      componentName: item.name,
      sizeBytes: item.sizeBytes,
      maxLayerSizeBytes,
    }));
}

function badMaxLayers(maxLayers: number): LayahError {
  return new LayahError({
    code: 'usage',
    message: `an image cannot have at most ${maxLayers} layers`,
    hint: 'Give a whole number of at least 1.',
  });
}

function tooManyExclusive(exclusiveCount: number, neededLayers: number, maxLayers: number): LayahError {
  const rest = neededLayers > exclusiveCount ? ' and one for the rest' : '';
  return new LayahError({
    code: 'usage',
    message: `--max-layers ${maxLayers} is too small: ${exclusiveCount} exclusive components need a layer each${rest}`,
    hint: `Allow at least ${neededLayers} layers, or make fewer components exclusive.`,
  });
}

function tooSmallLayers(
  totalSizeBytes: number,
  { maxLayers, maxLayerSizeBytes }: Pick<SharingOptions, 'maxLayers' | 'maxLayerSizeBytes'>,
): LayahError {
  return new LayahError({
    code: 'usage',
    message:
      `--max-layer-size ${maxLayerSizeBytes} is too small: components of ${totalSizeBytes} bytes do not fit into ` +
      `${maxLayers} such layers`,
    hint: 'Allow larger layers, or more of them.',
  });
}
