/*
 * Cuts a sequence into runs so that the bytes downloaded again each week are as few as can be expected:
 *
 *   cost of a run = its bytes * (1 - product of the probabilities that its links stay unchanged)
 *   least[k][j] = minimum over i of least[k-1][i] + cost of the run of links i .. j-1
 *
 * The cost of a run grows as i falls, so that once it alone is above what was found, no longer run need be tried.
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
  const table = toTable(links, maxRunBytes);
  const runCount = Math.min(maxRuns, links.length);
  let least = new Float64Array(links.length + 1).fill(Number.POSITIVE_INFINITY);
  least[0] = 0;
  const starts: Uint32Array[] = [];
  for (let run = 0; run < runCount; run++) {
    const next = new Float64Array(links.length + 1).fill(Number.POSITIVE_INFINITY);
    starts.push(addRun(table, least, next));
    least = next;
  }
  return least[links.length] === Number.POSITIVE_INFINITY ? undefined : readStarts(starts, links.length);
}

interface Table {
  readonly roundedBytes: Float64Array;
  readonly unchanged: Float64Array;
  readonly sizeBytes: Float64Array;
  readonly maxRunBytes: number;
}

function toTable(links: readonly CutLink[], maxRunBytes: number): Table {
  return {
    roundedBytes: Float64Array.from(links, (link) => link.roundedBytes),
    unchanged: Float64Array.from(links, (link) => link.unchanged),
    sizeBytes: Float64Array.from(links, (link) => link.sizeBytes),
    maxRunBytes,
  };
}

/** Hot loop. Fills `next` from `least`, which allows one run less, and returns where the last run begins for each end. */
function addRun(table: Table, least: Float64Array, next: Float64Array): Uint32Array {
  const { roundedBytes, unchanged, sizeBytes, maxRunBytes } = table;
  const starts = new Uint32Array(next.length);
  for (let end = 1; end < next.length; end++) {
    let best = Number.POSITIVE_INFINITY;
    let bestStart = 0;
    let rounded = 0;
    let allUnchanged = 1;
    let bytes = 0;
    for (let start = end - 1; start >= 0; start--) {
      rounded += roundedBytes[start] ?? 0;
      allUnchanged *= unchanged[start] ?? 0;
      bytes += sizeBytes[start] ?? 0;
      const cost = rounded * (1 - allUnchanged);
      if (cost >= best || (bytes > maxRunBytes && start < end - 1)) break;
      const total = (least[start] ?? 0) + cost;
      if (total < best) {
        best = total;
        bestStart = start;
      }
    }
    next[end] = best;
    starts[end] = bestStart;
  }
  return starts;
}

function readStarts(starts: readonly Uint32Array[], linkCount: number): number[] {
  const found: number[] = [];
  let end = linkCount;
  for (let run = starts.length - 1; run >= 0; run--) {
    end = starts[run]?.[end] ?? 0;
    found.push(end);
  }
  return found.toReversed();
}
