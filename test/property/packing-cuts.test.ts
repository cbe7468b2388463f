import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CutLink, cutOrder } from '../../src/packing/cut-order.ts';
import { mergeClusters } from '../../src/packing/merge-clusters.ts';

const someLinks: fc.Arbitrary<CutLink[]> = fc.array(
  fc
    .record({ bytes: fc.nat(40), chance: fc.integer({ min: 0, max: 16 }) })
    .map(({ bytes, chance }) => ({ sizeBytes: bytes, roundedBytes: bytes, unchanged: chance / 16 })),
  { minLength: 1, maxLength: 9 },
);

function costOf(links: readonly CutLink[]): number {
  const bytes = links.reduce((sum, { roundedBytes }) => sum + roundedBytes, 0);
  return bytes * (1 - links.reduce((product, { unchanged }) => product * unchanged, 1));
}

function runsOf(links: readonly CutLink[], starts: readonly number[]): CutLink[][] {
  return starts.map((start, run) => links.slice(start, starts[run + 1]));
}

/** All ways to cut into that many runs. */
function allCuts(count: number, runCount: number, first = 0): number[][] {
  if (runCount === 1) return [[first]];
  return Array.from({ length: count - first - runCount + 1 }, (_, index) =>
    allCuts(count, runCount - 1, first + index + 1).map((rest) => [first].concat(rest)),
  ).flat();
}

describe('cutOrder', () => {
  it('finds the cheapest of all cuts, in which no run of several links is too large', () => {
    fc.assert(
      fc.property(
        someLinks,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 10, max: 200 }),
        (links, maxRuns, maxRunBytes) => {
          const runCount = Math.min(maxRuns, links.length);
          const costs = allCuts(links.length, runCount)
            .map((starts) => runsOf(links, starts))
            .filter((runs) =>
              runs.every(
                (run) =>
                  run.length === 1 || run.reduce((sum, link) => sum + link.sizeBytes, 0) <= maxRunBytes,
              ),
            )
            .map((runs) => runs.reduce((sum, run) => sum + costOf(run), 0));
          const starts = cutOrder(links, { maxRuns, maxRunBytes });
          if (starts === undefined) return costs.length === 0;
          const found = runsOf(links, starts).reduce((sum, run) => sum + costOf(run), 0);
          return starts.length === runCount && Math.abs(found - Math.min(...costs)) < 1e-9;
        },
      ),
    );
  });
});

describe('mergeClusters', () => {
  it('merges the pair that costs least, as long as there are too many', () => {
    const clusters = (links: readonly CutLink[]) =>
      links.map((link, index) => ({
        members: [index],
        sizeBytes: link.sizeBytes,
        costBytes: link.sizeBytes,
        unchanged: link.unchanged,
        breakingCost: 0,
      }));
    const total = (groups: readonly (readonly number[])[], links: readonly CutLink[]) =>
      groups.reduce((sum, group) => sum + costOf(group.flatMap((index) => links[index] ?? [])), 0);
    fc.assert(
      fc.property(someLinks, fc.integer({ min: 1, max: 9 }), (links, maxClusters) => {
        const merged = (count: number): (readonly number[])[] =>
          mergeClusters(clusters(links), { maxClusters: count, maxClusterBytes: 1e9 })?.map(
            ({ members }) => members,
          ) ?? [];
        const [before, after] = [merged(maxClusters + 1), merged(maxClusters)];
        if (links.length <= maxClusters) return after.length === links.length;
        const steps = before.flatMap((left, index) =>
          before.slice(index + 1).map((right) => {
            const others = before.filter((group) => group !== left && group !== right);
            return total([...others, [...left, ...right]], links);
          }),
        );
        return after.length === maxClusters && Math.abs(total(after, links) - Math.min(...steps)) < 1e-6;
      }),
    );
  });

  it('says so when the limit of the size forbids it', () => {
    const cluster = { members: [0], sizeBytes: 6, costBytes: 6, unchanged: 0.5, breakingCost: 0 };
    expect(mergeClusters([cluster, cluster], { maxClusters: 1, maxClusterBytes: 11 })).toBeUndefined();
    expect(mergeClusters([cluster, cluster], { maxClusters: 1, maxClusterBytes: 12 })).toHaveLength(1);
  });
});
