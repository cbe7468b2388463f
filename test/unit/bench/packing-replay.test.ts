import { describe, expect, it } from 'vitest';
import { type Build, buildsOf, type Installed, readDataSet } from '../../../bench/packing/data-set.ts';
import { downloadedShare, idealShare } from '../../../bench/packing/replay.ts';
import { STRATEGIES } from '../../../bench/packing/strategies/all.ts';
import { apko, oneLayer } from '../../../bench/packing/strategies/apko.ts';
import { chunkah } from '../../../bench/packing/strategies/chunkah.ts';
import { rpmOstreeWithPrior } from '../../../bench/packing/strategies/rpm-ostree.ts';

function installed(name: string, sizeBytes: number, version = '1'): Installed {
  return { name, sizeBytes, version, updateTimesSeconds: [] };
}

function builds(...all: readonly (readonly Installed[])[]): Build[] {
  return all.map((packages, index) => ({ timeSeconds: index, packages }));
}

const small = ['a', 'b', 'c'].map((name) => installed(name, 10));
const large = installed('large', 70);

describe('the replay', () => {
  it('counts whole layers, as soon as something in them differs', () => {
    const update = builds([...small, large], [...small.slice(1), installed('a', 10, '2'), large]);
    expect(downloadedShare(update, oneLayer, 2)).toBe(1);
    expect(downloadedShare(update, apko, 2)).toBe(0.3);
    expect(idealShare(update)).toBe(0.1);
  });

  it('counts a layer that lost or gained a package', () => {
    expect(downloadedShare(builds([...small, large], [...small.slice(1), large]), apko, 2)).toBeCloseTo(
      20 / 90,
      12,
    );
    expect(downloadedShare(builds([large, installed('a', 30)], [large, ...small]), apko, 2)).toBe(0.3);
  });

  it('is the mean over all updates', () => {
    const same = [...small, large];
    const third = [...small, installed('large', 70, '2')];
    expect(downloadedShare(builds(same, same, third), apko, 2)).toBeCloseTo(0.35, 12);
  });

  it.each([
    ['a package twice', [['a'], ['a', 'b']], 'a is planned twice, or not in the image'],
    ['too few packages', [['a']], '2 packages are in no layer'],
    ['too many layers', [['a'], ['b'], ['c']], '3 layers where 2 are allowed'],
  ])('refuses a plan with %s', (_, plan, message) => {
    const strategy = { name: 'wrong', start: () => () => plan };
    expect(() => downloadedShare(builds(small), strategy, 2)).toThrow(message);
  });
});

describe('the data sets', () => {
  const set = readDataSet('bench/packing/data/fcos.json');

  it('have packages that come and go, and sizes that move only at updates', () => {
    const [first, second] = buildsOf(set, { intervalDays: 364, updateCount: 1 });
    const names = (build: Build | undefined): Set<string> => new Set(build?.packages.map(({ name }) => name));
    expect(names(first)).not.toEqual(names(second));
    const before = new Map(first?.packages.map((each) => [each.name, each]));
    for (const { name, version, sizeBytes } of second?.packages ?? []) {
      const old = before.get(name);
      if (old?.version === version) expect(sizeBytes).toBe(old.sizeBytes);
    }
  });

  it('are parted by every strategy without losing a package, in few and in many layers', () => {
    const few = buildsOf(set, { intervalDays: 30, updateCount: 2 });
    for (const strategy of STRATEGIES)
      for (const layerCount of [4, 33, 400]) {
        const share = downloadedShare(few, strategy, layerCount);
        expect(share).toBeGreaterThanOrEqual(idealShare(few));
        expect(share).toBeLessThanOrEqual(1);
      }
  });
});

describe('the strategy of', () => {
  const tiny = Array.from({ length: 20 }, (_, index) => installed(`p${index}`, 10 + index));

  it('chunkah puts large packages alone, at most 80 % of the layers, and hashes the names of the others', () => {
    const huge = ['x', 'y'].map((name) => installed(name, 1_000_000));
    const groups = chunkah.start(6)({ timeSeconds: 0, packages: [...tiny, ...huge] });
    expect(groups).toContainEqual(['x']);
    expect(groups).toContainEqual(['y']);
    expect(groups).toHaveLength(6);
  });

  it('rpm-ostree puts what is new into the last layer, and leaves the others as they are', () => {
    const plan = rpmOstreeWithPrior.start(8);
    const before = plan({ timeSeconds: 0, packages: tiny });
    const after = plan({ timeSeconds: 1, packages: [...tiny, installed('new', 5), installed('newer', 5)] });
    expect(after).toEqual([...before, ['new', 'newer']]);
  });
});
