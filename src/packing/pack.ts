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
 * 5. The layers that change least come first, because unpacked layers are re-used from the bottom up: by the sum of
 *    their items' updates a year, then by the first name. Those with something that changes in every build come last:
 *    the exclusive ones by name, then the shared one.
 *
 * An item's updates a year: 365 / its interval, else how often it changed in the year before the newest change of any
 * item, else, where nothing is known, those of something monthly: what has no history is mostly the user's own.
 */
import { compareByteOrder } from '../model/byte-order.ts';
import { LayahError } from '../model/errors.ts';
import type { LayerPlan, PackItem } from '../model/layer-plan.ts';
import { hashName } from './hash-name.ts';

/**
 * @param items - names are unique.
 * @returns at most `maxLayers` layers, none empty, every item in exactly one.
 * @throws LayahError `usage` when `maxLayers` is no whole number of at least 1, or too small for the exclusive items.
 */
export function planLayers(items: readonly PackItem[], maxLayers: number): readonly LayerPlan[] {
  if (!Number.isSafeInteger(maxLayers) || maxLayers < 1) throw badMaxLayers(maxLayers);
  const sorted = [...items].sort(byName);
  const exclusive = sorted.filter((item) => item.exclusive);
  const shared = sorted.filter((item) => !item.exclusive);
  const neededLayers = exclusive.length + (shared.length > 0 ? 1 : 0);
  if (neededLayers > maxLayers) throw tooManyExclusive(exclusive.length, neededLayers, maxLayers);
  const sharedLayers = shareLayers(shared, maxLayers - exclusive.length);
  const layers = [...exclusive.map((item) => [item]), ...sharedLayers].filter(isNotEmpty);
  const stable = layers.filter((layer) => !isVolatile(layer));
  const ordered = stableFirst(stable, newestUpdateSeconds(stable.flat()));
  return [...ordered, ...layers.filter(isVolatile)].map(toLayer);
}

/** Sorted by name. */
type Items = readonly PackItem[];

/** Some of the layers may be empty. A volatile one is the last; the order of the others has no meaning yet. */
function shareLayers(items: Items, maxLayers: number): Items[] {
  if (maxLayers === 1) return [items];
  const ordinary = items.filter((item) => !item.changesEveryBuild);
  const volatile = items.filter((item) => item.changesEveryBuild);
  return [...partition(ordinary, volatile.length === 0 ? maxLayers : maxLayers - 1), volatile];
}

/** Some of the layers may be empty. */
function partition(items: Items, budget: number): Items[] {
  if (items.length <= budget) return items.map((item) => [item]);
  const aloneCount = Math.floor(budget / 2);
  const bySize = items.toSorted(bySizeThenName);
  const bins = Array.from({ length: budget - aloneCount }, (): PackItem[] => []);
  for (const item of bySize.slice(aloneCount).sort(byName))
    bins[hashName(item.name) % bins.length]?.push(item);
  return [...bySize.slice(0, aloneCount).map((item) => [item]), ...bins];
}

function stableFirst(layers: readonly Items[], nowSeconds: number): Items[] {
  return layers
    .map((items) => ({ items, rate: items.reduce((sum, item) => sum + updatesPerYear(item, nowSeconds), 0) }))
    .sort((left, right) => left.rate - right.rate || byFirstName(left.items, right.items))
    .map(({ items }) => items);
}

const DAYS_PER_YEAR = 365;
const SECONDS_PER_YEAR = DAYS_PER_YEAR * 24 * 60 * 60;
const UNKNOWN_UPDATES_PER_YEAR = 12;

function updatesPerYear(item: PackItem, nowSeconds: number): number {
  if (item.updateIntervalDays !== undefined) return DAYS_PER_YEAR / item.updateIntervalDays;
  if (item.updateTimesSeconds.length === 0) return UNKNOWN_UPDATES_PER_YEAR;
  return item.updateTimesSeconds.filter((time) => time > nowSeconds - SECONDS_PER_YEAR).length;
}

/** Stands in for the clock, which would give every day another plan. */
function newestUpdateSeconds(items: Items): number {
  let newest = 0;
  for (const item of items) for (const time of item.updateTimesSeconds) newest = Math.max(newest, time);
  return newest;
}

function toLayer(items: Items): LayerPlan {
  return { kind: 'new', componentNames: items.map(({ name }) => name) };
}

function isVolatile(items: Items): boolean {
  return items.some((item) => item.changesEveryBuild);
}

function isNotEmpty(items: Items): boolean {
  return items.length > 0;
}

function byName(left: PackItem, right: PackItem): number {
  return compareByteOrder(left.name, right.name);
}

function bySizeThenName(left: PackItem, right: PackItem): number {
  return right.sizeBytes - left.sizeBytes || byName(left, right);
}

function byFirstName([left]: Items, [right]: Items): number {
  return left === undefined || right === undefined ? 0 : byName(left, right);
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
