/*
 * Merges clusters of components, always the two that cost least together, until there are few enough.
 *
 * A cluster of B bytes that stays unchanged with the probability U is expected to cost F = B (1 - U) a week. If they change
 * independently, two of them together cost
 *
 *   F(a+b) - F(a) - F(b) = B_a U_a (1 - U_b) + B_b U_b (1 - U_a)
 *
 * more than apart, which is never negative.
 */
export interface Cluster<Member> {
  readonly members: readonly Member[];
  /** What counts for the limit. */
  readonly sizeBytes: number;
  /** What counts for the cost. */
  readonly costBytes: number;
  readonly unchanged: number;
  /** What it costs once when it does not stay as it is. */
  readonly breakingCost: number;
}

export interface MergeLimits {
  readonly maxClusters: number;
  /** No cluster of several that were merged is larger. */
  readonly maxClusterBytes: number;
}

/** @returns undefined when so few clusters cannot keep the limit of their size. */
export function mergeClusters<Member>(
  clusters: readonly Cluster<Member>[],
  limits: MergeLimits,
): Cluster<Member>[] | undefined {
  const search: Search<Member> = {
    clusters: [...clusters],
    nearest: new Int32Array(clusters.length),
    distances: new Float64Array(clusters.length),
    isBound: new Uint8Array(clusters.length),
    limits,
  };
  for (let index = 0; index < clusters.length; index++) findNearest(search, index);
  for (let count = clusters.length; count > limits.maxClusters; count--) {
    const first = closestPair(search);
    if (first < 0) return undefined;
    mergeWithNearest(search, first);
  }
  return search.clusters.filter((cluster) => cluster !== undefined);
}

interface Search<Member> {
  /** Undefined once it is merged into one before it. */
  readonly clusters: (Cluster<Member> | undefined)[];
  /** Of each: which of those after it is the nearest, or -1. */
  readonly nearest: Int32Array;
  readonly distances: Float64Array;
  /** 1 where the nearest is gone, and the distance is only known not to be less. */
  readonly isBound: Uint8Array;
  readonly limits: MergeLimits;
}

function findNearest<Member>(search: Search<Member>, index: number): void {
  const { clusters, nearest, distances, isBound, limits } = search;
  const cluster = clusters[index];
  let best = Number.POSITIVE_INFINITY;
  let found = -1;
  for (let other = index + 1; other < clusters.length; other++) {
    const partner = clusters[other];
    if (cluster === undefined || partner === undefined) continue;
    const distance = costOfMerging(cluster, partner, limits.maxClusterBytes);
    if (distance < best) {
      best = distance;
      found = other;
    }
  }
  nearest[index] = found;
  distances[index] = best;
  isBound[index] = 0;
}

/** @returns the first of the pair; -1 when none may merge. */
function closestPair<Member>(search: Search<Member>): number {
  for (;;) {
    const first = leastDistance(search);
    if (first < 0 || search.isBound[first] === 0) return first;
    findNearest(search, first);
  }
}

function leastDistance<Member>({ clusters, distances }: Search<Member>): number {
  let best = Number.POSITIVE_INFINITY;
  let found = -1;
  for (let index = 0; index < clusters.length; index++) {
    const distance = distances[index] ?? best;
    if (clusters[index] === undefined || distance >= best) continue;
    best = distance;
    found = index;
  }
  return found;
}

function mergeWithNearest<Member>(search: Search<Member>, first: number): void {
  const { clusters, nearest, distances, isBound, limits } = search;
  const second = nearest[first] ?? -1;
  const left = clusters[first];
  const right = clusters[second];
  if (left === undefined || right === undefined) return;
  const merged = merge(left, right);
  clusters[first] = merged;
  clusters[second] = undefined;
  for (let index = 0; index < second; index++) {
    const cluster = clusters[index];
    if (cluster === undefined || index === first) continue;
    if (nearest[index] === first || nearest[index] === second) isBound[index] = 1;
    if (index > first) continue;
    const distance = costOfMerging(cluster, merged, limits.maxClusterBytes);
    if (distance >= (distances[index] ?? 0)) continue;
    nearest[index] = first;
    distances[index] = distance;
    isBound[index] = 0;
  }
  findNearest(search, first);
}

function merge<Member>(left: Cluster<Member>, right: Cluster<Member>): Cluster<Member> {
  return {
    members: [...left.members, ...right.members],
    sizeBytes: left.sizeBytes + right.sizeBytes,
    costBytes: left.costBytes + right.costBytes,
    unchanged: left.unchanged * right.unchanged,
    breakingCost: 0,
  };
}

/** Hot: it is called for most pairs of components. */
function costOfMerging<Member>(left: Cluster<Member>, right: Cluster<Member>, maxBytes: number): number {
  if (left.sizeBytes + right.sizeBytes > maxBytes) return Number.POSITIVE_INFINITY;
  return (
    left.costBytes * left.unchanged * (1 - right.unchanged) +
    right.costBytes * right.unchanged * (1 - left.unchanged) +
    left.breakingCost +
    right.breakingCost
  );
}
