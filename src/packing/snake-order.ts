/*
 * The order of which a plan without a previous image is cut into layers. What lies side by side in it has about the same
 * update rate and then about the same size, and both are rounded so coarsely that a component which grows a little, or
 * whose neighbour changes, keeps its place:
 *
 *   rate class c: the probability p is about e^(-c/2)      size class m: the size is about 2^m bytes
 *
 * The rare classes come first. Sizes rise in even classes and fall in odd ones, like a snake, so that they do not jump where
 * the class changes. What is equal in both is in the order of a hash of the name.
 */
import { compareByteOrder } from '../model/byte-order.ts';
import { hashName } from './hash-name.ts';
import type { Members, RatedItem } from './rated-item.ts';

/** An item as the plan sees it: only its classes count. */
export interface Link {
  readonly rated: RatedItem;
  readonly rateClass: number;
  readonly nameHash: number;
  /** A power of two, or 0 for an empty component. */
  readonly roundedBytes: number;
  /** One minus the probability that the rate class stands for. */
  readonly unchanged: number;
}

export function snakeOrder(items: Members): Link[] {
  return items.map(toLink).sort(compareLinks);
}

function toLink(rated: RatedItem): Link {
  const rateClass = classOfRate(rated.probability);
  return {
    rated,
    rateClass,
    nameHash: hashName(rated.item.name),
    roundedBytes: roundToPower(rated.item.sizeBytes, 2),
    unchanged: 1 - (CLASS_PROBABILITIES[rateClass] ?? 0),
  };
}

function compareLinks(left: Link, right: Link): number {
  if (left.rateClass !== right.rateClass) return right.rateClass - left.rateClass;
  const rising = left.roundedBytes - right.roundedBytes;
  if (rising !== 0) return left.rateClass % 2 === 0 ? rising : -rising;
  return left.nameHash - right.nameHash || compareByteOrder(left.rated.item.name, right.rated.item.name);
}

/** How many links a plan looks at one by one. */
const MAX_BUNDLES = 2048;

/**
 * For trees of very many components: neighbours that are equal in both classes become one as far as it takes. Which ones do
 * is said by the leading bits of the hash, so that another component hardly ever parts them.
 * @returns the order in pieces of one link or more, none of several above `maxBundleBytes`.
 */
export function bundleLinks(order: readonly Link[], maxBundleBytes: number): Link[][] {
  let shift = 0;
  let starts = [...order.keys()];
  while (starts.length > MAX_BUNDLES && shift < 32) {
    shift++;
    starts = findStarts(order, shift, maxBundleBytes);
  }
  return starts.map((start, index) => order.slice(start, starts[index + 1]));
}

/** Where bundles begin when neighbours that are alike are joined. */
function findStarts(order: readonly Link[], shift: number, maxBundleBytes: number): number[] {
  const starts: number[] = [];
  let first: Link | undefined;
  let bytes = 0;
  for (const [index, link] of order.entries()) {
    bytes += link.rated.item.sizeBytes;
    if (first !== undefined && bytes <= maxBundleBytes && areAlike(first, link, shift)) continue;
    starts.push(index);
    first = link;
    bytes = link.rated.item.sizeBytes;
  }
  return starts;
}

function areAlike(left: Link, right: Link, shift: number): boolean {
  return (
    left.rateClass === right.rateClass &&
    left.roundedBytes === right.roundedBytes &&
    // A shift by 32 is one by 0.
    (shift === 32 || left.nameHash >>> shift === right.nameHash >>> shift)
  );
}

/** The power of `base` (2 or 4) nearest to the size by ratio. Exact: a size that is doubled gives a power that is doubled. */
export function roundToPower(sizeBytes: number, base: 2 | 4): number {
  if (sizeBytes === 0) return 0;
  const halfStep = base === 2 ? Math.SQRT2 : 2;
  let power = 1;
  while (power * halfStep <= sizeBytes) power *= base;
  return power;
}

const CLASS_COUNT = 20;
/** e^(-1/2) and e^(-1/4). Repeated products of literals are the same bits everywhere, Math.exp need not be. */
const CLASS_RATIO = 0.6065306597126334;
const HALF_CLASS_RATIO = 0.7788007830714049;

/** e^(-c/2) */
const CLASS_PROBABILITIES: readonly number[] = powersOf(CLASS_RATIO);

function powersOf(ratio: number): number[] {
  const powers = [1];
  while (powers.length < CLASS_COUNT) powers.push((powers.at(-1) ?? 1) * ratio);
  return powers;
}

/** -2 ln p, rounded. */
function classOfRate(probability: number): number {
  const found = CLASS_PROBABILITIES.findIndex((middle) => probability >= middle * HALF_CLASS_RATIO);
  return found < 0 ? CLASS_COUNT - 1 : found;
}
