/*
 * Cuts a sequence into runs so that the bytes downloaded again each week are as few as can be expected:
 *
 *   cost of a run = its bytes * (1 - product of the probabilities that its links stay unchanged)
 *   least[k][j] = minimum over i of least[k-1][i] + cost of the run of links i .. j-1
 *
 * Of several minima the greatest i counts. The cost of a run grows as i falls, so that the least of a block of
 * least[k-1] and the cost at its end tell whether any i of the block can be better than the cut before j-1.
 */
export interface CutLink {
  /** What counts for the cost. */
  readonly roundedBytes: number;
  readonly unchanged: number;
  /** What counts for the limit. */
  readonly sizeBytes: number;
}

export interface CutLimits {
  /** There are as many runs as possible. */
  readonly maxRuns: number;
  /** No run of several links is larger. */
  readonly maxRunBytes: number;
}

/** @returns the first index of each run, or undefined when so few runs cannot keep the limit of their size. */
export function cutOrder(
  links: readonly CutLink[],
  { maxRuns, maxRunBytes }: CutLimits,
): number[] | undefined {
  const runCount = Math.min(maxRuns, links.length);
  const rows = Array.from({ length: runCount + 1 }, () => createRow(links.length + 1));
  const costs = new Float64Array(links.length);
  for (const [runs, row] of rows.entries()) setLeast(row, 0, runs === 0 ? 0 : Number.POSITIVE_INFINITY);
  for (let end = 1; end <= links.length; end++) {
    const firstStart = fillCosts(costs, links, { end, maxRunBytes });
    for (const [runs, row] of rows.entries()) {
      const before = rows[runs - 1];
      if (before !== undefined) findLeast(row, before, { end, firstStart, costs });
    }
  }
  return rows.at(-1)?.least[links.length] === Number.POSITIVE_INFINITY
    ? undefined
    : readStarts(rows.slice(1), links.length);
}

/** For one number of runs. */
interface Row {
  /** By the end of the last run. */
  readonly least: Float64Array;
  /** Of each block of `least`. */
  readonly blockLeast: Float64Array;
  /** By the end of the last run, where that begins. */
  readonly starts: Uint32Array;
}

/** Blocks of 16. */
const BLOCK_BITS = 4;

function createRow(length: number): Row {
  return {
    least: new Float64Array(length).fill(Number.POSITIVE_INFINITY),
    blockLeast: new Float64Array((length >> BLOCK_BITS) + 1).fill(Number.POSITIVE_INFINITY),
    starts: new Uint32Array(length),
  };
}

function setLeast({ least, blockLeast }: Row, end: number, value: number): void {
  const block = end >> BLOCK_BITS;
  least[end] = value;
  blockLeast[block] = Math.min(blockLeast[block] ?? value, value);
}

interface CostLimits {
  readonly end: number;
  readonly maxRunBytes: number;
}

/** Fills in what a run up to `end` costs by its start. @returns the first start that keeps the limit. */
function fillCosts(costs: Float64Array, links: readonly CutLink[], { end, maxRunBytes }: CostLimits): number {
  let rounded = 0;
  let allUnchanged = 1;
  let bytes = 0;
  for (let start = end - 1; start >= 0; start--) {
    const link = links[start];
    if (link === undefined) break;
    rounded += link.roundedBytes;
    allUnchanged *= link.unchanged;
    bytes += link.sizeBytes;
    if (bytes > maxRunBytes && start < end - 1) return start + 1;
    costs[start] = rounded * (1 - allUnchanged);
  }
  return 0;
}

interface LastRun {
  readonly end: number;
  readonly firstStart: number;
  readonly costs: Float64Array;
}

/** Hot loop. */
function findLeast(row: Row, before: Row, { end, firstStart, costs }: LastRun): void {
  const { least, blockLeast } = before;
  const guess = Math.max(row.starts[end - 1] ?? 0, firstStart);
  const bound = (least[guess] ?? 0) + (costs[guess] ?? 0);
  let best = Number.POSITIVE_INFINITY;
  let bestStart = 0;
  for (let last = end - 1; last >= firstStart;) {
    const block = last >> BLOCK_BITS;
    const first = Math.max(block << BLOCK_BITS, firstStart);
    const lowest = (blockLeast[block] ?? 0) + (costs[last] ?? 0);
    for (let start = lowest <= bound ? last : -1; start >= first; start--) {
      const total = (least[start] ?? 0) + (costs[start] ?? 0);
      if (total < best) {
        best = total;
        bestStart = start;
      }
    }
    last = first - 1;
  }
  setLeast(row, end, best);
  row.starts[end] = bestStart;
}

function readStarts(rows: readonly Row[], linkCount: number): number[] {
  const found: number[] = [];
  let end = linkCount;
  for (const { starts } of rows.toReversed()) {
    end = starts[end] ?? 0;
    found.push(end);
  }
  return found.toReversed();
}
