/*
 * Which components share a layer. Takes what is known of each component and how many layers there may be; gives the
 * layers from the bottom up. The plan depends on the set of items alone, never on their order.
 *
 * 1. An exclusive item has a layer of its own.
 * 2. The others that change in every build share one layer. With one layer left there is nothing to part.
 * 3. If the rest fits into the layers that are left (the budget), each item has its own.
 * 4. Else the biggest half of the budget (rounded down; ties by name) have their own, and the rest go into the other
 *    half by a hash of their name. The number of bins depends on the budget alone, so another component moves none of
 *    the binned ones, and of the biggest at most the one that it displaces. Empty bins are left out.
 * 5. The layers that change least come first, because unpacked layers are re-used from the bottom up: by their update
 *    probability (update-rates.ts), then by the first name. Those with something that changes in every build come last:
 *    the exclusive ones by name, then the shared one.
 */
import { compareByteOrder } from '../model/byte-order.ts';
import { LayahError } from '../model/errors.ts';
import type { LayerPlan, LayerReason, PackingOptions, PackingPlan, PackItem } from '../model/layer-plan.ts';
import { hashName } from './hash-name.ts';
import { weeklyUpdateProbabilities } from './update-rates.ts';

/**
 * @param items - names are unique.
 * @returns at most `maxLayers` layers, none empty, every item in exactly one.
 * @throws LayahError `usage` when `maxLayers` is no whole number of at least 1, or too small for the exclusive items.
 */
export function planLayers(items: readonly PackItem[], options: PackingOptions): PackingPlan {
  const { maxLayers } = options;
  if (!Number.isSafeInteger(maxLayers) || maxLayers < 1) throw badMaxLayers(maxLayers);
  const sorted = rateItems(items, options.planTimeSeconds);
  const exclusive = sorted.filter((rated) => rated.item.exclusive);
  const shared = sorted.filter((rated) => !rated.item.exclusive);
  const neededLayers = exclusive.length + (shared.length > 0 ? 1 : 0);
  if (neededLayers > maxLayers) throw tooManyExclusive(exclusive.length, neededLayers, maxLayers);
  const layers = [
    ...exclusive.map((rated): Draft => ({ members: [rated], reason: 'exclusive' })),
    ...shareLayers(shared, maxLayers - exclusive.length),
  ].filter(({ members }) => members.length > 0);
  const stable = layers.filter((layer) => !isVolatile(layer)).sort(byProbabilityThenName);
  return { layers: [...stable, ...layers.filter(isVolatile)].map(toLayer), warnings: [] };
}

interface RatedItem {
  readonly item: PackItem;
  readonly probability: number;
}

/** Sorted by name. */
type Members = readonly RatedItem[];

interface Draft {
  readonly members: Members;
  readonly reason: LayerReason;
}

function rateItems(items: readonly PackItem[], planTimeSeconds: number): Members {
  const sorted = items.toSorted(byName);
  const ordinary = sorted.filter((item) => !item.changesEveryBuild);
  const probabilities = weeklyUpdateProbabilities(ordinary, planTimeSeconds);
  const byItem = new Map(ordinary.map((item, index) => [item, probabilities[index]]));
  return sorted.map((item) => ({ item, probability: byItem.get(item) ?? 1 }));
}

/** Some of the layers may be empty. A volatile one is the last; the order of the others has no meaning yet. */
function shareLayers(items: Members, maxLayers: number): Draft[] {
  if (maxLayers === 1) return [{ members: items, reason: 'packed' }];
  const ordinary = items.filter(({ item }) => !item.changesEveryBuild);
  const volatile = items.filter(({ item }) => item.changesEveryBuild);
  return [
    ...partition(ordinary, volatile.length === 0 ? maxLayers : maxLayers - 1).map((members): Draft => ({
      members,
      reason: 'packed',
    })),
    { members: volatile, reason: 'hot' },
  ];
}

/** Some of the layers may be empty. */
function partition(items: Members, budget: number): Members[] {
  if (items.length <= budget) return items.map((item) => [item]);
  const aloneCount = Math.floor(budget / 2);
  const bySize = items.toSorted(bySizeThenName);
  const bins = Array.from({ length: budget - aloneCount }, (): RatedItem[] => []);
  for (const rated of bySize.slice(aloneCount).sort((left, right) => byName(left.item, right.item)))
    bins[hashName(rated.item.name) % bins.length]?.push(rated);
  return [...bySize.slice(0, aloneCount).map((item) => [item]), ...bins];
}

function toLayer({ members, reason }: Draft): LayerPlan {
  return {
    kind: 'new',
    componentNames: members.map(({ item }) => item.name),
    reason,
    sizeBytes: members.reduce((sum, { item }) => sum + item.sizeBytes, 0),
    weeklyUpdateProbability: updateProbability(members),
  };
}

function updateProbability(members: Members): number {
  return 1 - members.reduce((unchanged, { probability }) => unchanged * (1 - probability), 1);
}

function isVolatile({ members }: Draft): boolean {
  return members.some(({ item }) => item.changesEveryBuild);
}

function byName(left: PackItem, right: PackItem): number {
  return compareByteOrder(left.name, right.name);
}

function bySizeThenName(left: RatedItem, right: RatedItem): number {
  return right.item.sizeBytes - left.item.sizeBytes || byName(left.item, right.item);
}

function byProbabilityThenName({ members: left }: Draft, { members: right }: Draft): number {
  const [firstLeft] = left;
  const [firstRight] = right;
  if (firstLeft === undefined || firstRight === undefined) return 0;
  return updateProbability(left) - updateProbability(right) || byName(firstLeft.item, firstRight.item);
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
