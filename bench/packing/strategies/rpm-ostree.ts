/*
 * rpm-ostree and ostree-ext. Frequency is the number of changelog entries. Large packages, from median + 2 median deviations
 * on and at most 60 % of the layers, are alone; the small ones share one layer; one layer is left for packages to come. The rest
 * is parted in nine classes of frequency and size, at the mean -+ two standard deviations, each class in pieces of as many
 * packages, sorted by frequency. While there are too many pieces, neighbours are merged in pairs from the end.
 *
 * With the previous image every layer keeps its packages, removed ones leave, and all new ones go into the last.
 */
import type { Build, Installed } from '../data-set.ts';
import type { Group, Strategy } from '../replay.ts';
import { mean, median, medianDeviation, standardDeviation } from './statistics.ts';

export const rpmOstree: Strategy = {
  name: 'rpm-ostree',
  start: (maxLayers) => (build) => planRpmOstree(build, maxLayers),
};

export const rpmOstreeWithPrior: Strategy = {
  name: 'rpm-ostree, prior',
  start(maxLayers) {
    let previous: readonly Group[] | undefined;
    return (build) => {
      previous = previous === undefined ? planRpmOstree(build, maxLayers) : keep(previous, build, maxLayers);
      return previous;
    };
  },
};

const THRESHOLD = 2;
const MAX_SHARE_ALONE = 0.6;
const RESERVED_LAYERS = 2;

function planRpmOstree({ packages }: Build, maxLayers: number): Group[] {
  if (packages.length < maxLayers) return packages.map(({ name }) => [name]);
  const falling = packages.toSorted((left, right) => right.sizeBytes - left.sizeBytes);
  const sizes = packages.map(({ sizeBytes }) => sizeBytes);
  const [low, high] = limitsOf(median(sizes), medianDeviation(sizes));
  const large = falling.filter(({ sizeBytes }) => sizeBytes >= high);
  const maxAlone = Math.floor(MAX_SHARE_ALONE * (maxLayers - RESERVED_LAYERS));
  const alone = large.splice(0, maxAlone);
  const small = falling.filter(({ sizeBytes }) => sizeBytes <= low && sizeBytes < high);
  const middle = falling.filter(({ sizeBytes }) => sizeBytes > low && sizeBytes < high);
  const pieceLength = Math.floor(
    (packages.length - maxAlone - small.length) / (maxLayers - maxAlone - RESERVED_LAYERS),
  );
  const pieces = cutClasses([...large, ...middle], Math.max(1, pieceLength));
  const groups = [...alone.map((each) => [each]), small, ...pieces].filter((group) => group.length > 0);
  return mergeFromEnd(groups, { firstMerged: maxAlone + 1, maxGroups: maxLayers - 1 }).map((group) =>
    group.map(({ name }) => name),
  );
}

/** The lower one stays above zero. */
function limitsOf(middle: number, deviation: number): readonly [number, number] {
  return [0.5 * Math.abs(middle - THRESHOLD * deviation), middle + THRESHOLD * deviation];
}

function cutClasses(packages: readonly Installed[], pieceLength: number): Installed[][] {
  const size = ({ sizeBytes }: Installed): number => sizeBytes;
  const frequency = ({ updateTimesSeconds }: Installed): number => updateTimesSeconds.length;
  const byFrequency = packages.toSorted((left, right) => frequency(left) - frequency(right));
  const limitsBy = (measure: (each: Installed) => number): readonly [number, number] => {
    const values = packages.map(measure);
    return limitsOf(mean(values), standardDeviation(values));
  };
  const [sizeLimits, frequencyLimits] = [limitsBy(size), limitsBy(frequency)];
  const classes = Array.from({ length: 9 }, (): Installed[] => []);
  for (const each of byFrequency) {
    // Frequent ones first; large, small and medium ones in that order.
    const row = { high: 0, middle: 1, low: 2 }[sideOf(frequency(each), frequencyLimits)];
    const column = { high: 0, middle: 2, low: 1 }[sideOf(size(each), sizeLimits)];
    classes[row * 3 + column]?.push(each);
  }
  return classes.flatMap((members) =>
    Array.from({ length: Math.ceil(members.length / pieceLength) }, (_, index) =>
      members.slice(index * pieceLength, (index + 1) * pieceLength),
    ),
  );
}

function sideOf(value: number, [low, high]: readonly [number, number]): 'high' | 'middle' | 'low' {
  if (value >= high) return 'high';
  return value <= low ? 'low' : 'middle';
}

interface Merging {
  readonly firstMerged: number;
  readonly maxGroups: number;
}

function mergeFromEnd(
  groups: readonly Installed[][],
  { firstMerged, maxGroups }: Merging,
): readonly Installed[][] {
  const merged = [...groups];
  while (merged.length > maxGroups) {
    const pairs = Math.max(1, Math.ceil((merged.length - 1 - firstMerged) / 2));
    for (let pair = pairs - 1; pair >= 0 && merged.length > maxGroups; pair--) {
      const second = Math.min(firstMerged + 2 * pair, merged.length - 1);
      const [left = [], right = []] = merged.splice(second - 1, 2);
      merged.splice(second - 1, 0, [...left, ...right]);
    }
  }
  return merged;
}

function keep(previous: readonly Group[], { packages }: Build, maxLayers: number): Group[] {
  const names = new Set(packages.map(({ name }) => name));
  const kept = previous.map((group) => group.filter((name) => names.has(name)));
  const old = new Set(previous.flat());
  const added = [...names].filter((name) => !old.has(name));
  const last = kept.length < maxLayers ? [] : (kept.pop() ?? []);
  return [...kept, [...last, ...added]].filter((group) => group.length > 0);
}
