/*
 * chunkah 0.6. The stability of a package is e^(-7 n / days): n is the number of days with an update in the last year, days
 * those since the first of them. The large ones, from median + 1.5 median deviations on and at most 80 % of the layers, are
 * alone. The others are parted in three by their stability, at the mean -+ one standard deviation, the layers are shared out by
 * the number of packages, and in each part a hash of the name chooses the layer. Empty layers take the largest package of
 * any that has several.
 */
import type { Build, Installed } from '../data-set.ts';
import type { Group, Strategy } from '../replay.ts';
import { mean, median, medianDeviation, standardDeviation } from './statistics.ts';

export const chunkah: Strategy = {
  name: 'chunkah 0.6',
  start: (maxLayers) => (build) => planChunkah(build, maxLayers),
};

const MAX_SHARE_ALONE = 0.8;

function planChunkah({ packages, timeSeconds }: Build, maxLayers: number): Group[] {
  if (packages.length <= maxLayers) return packages.map(({ name }) => [name]);
  const limit = largeFrom(packages.map(({ sizeBytes }) => sizeBytes));
  const large = packages.filter(({ sizeBytes }) => sizeBytes >= limit).toSorted(bySizeFalling);
  const reserved = large.length === packages.length ? 0 : 1;
  const alone = large.slice(0, Math.floor((maxLayers - reserved) * MAX_SHARE_ALONE));
  const rest = packages.filter((each) => !alone.includes(each));
  return [...alone.map(({ name }) => [name]), ...binByStability(rest, maxLayers - alone.length, timeSeconds)];
}

function largeFrom(sizes: readonly number[]): number {
  const middle = median(sizes);
  const deviation = medianDeviation(sizes);
  return middle + 1.5 * (deviation < middle * 0.01 ? middle : deviation);
}

function binByStability(packages: readonly Installed[], binCount: number, timeSeconds: number): Group[] {
  if (packages.length <= binCount) return packages.map(({ name }) => [name]);
  const stabilities = packages.map((each) => stability(each, timeSeconds));
  const middle = mean(stabilities);
  const deviation = standardDeviation(stabilities);
  const tierOf = (value: number): number => {
    if (value >= middle + deviation) return 0;
    return value <= middle - deviation ? 2 : 1;
  };
  const tiers: Installed[][] = [[], [], []];
  for (const [index, each] of packages.entries()) tiers[tierOf(stabilities[index] ?? 0)]?.push(each);
  const filled = tiers.filter((tier) => tier.length > 0);
  if (binCount < filled.length) return hashIntoBins(packages, binCount);
  const bins = shareBins(
    filled.map((tier) => tier.length),
    binCount,
  );
  return filled.flatMap((tier, index) => hashIntoBins(tier, bins[index] ?? 0));
}

const DAY_SECONDS = 24 * 60 * 60;

function stability({ updateTimesSeconds }: Installed, timeSeconds: number): number {
  const recent = updateTimesSeconds.filter((time) => time >= timeSeconds - 365 * DAY_SECONDS);
  const [oldest] = recent;
  if (oldest === undefined) return 0.99;
  const days = (timeSeconds - oldest) / DAY_SECONDS;
  if (days < 1) return 0;
  const changes = new Set(recent.map((time) => Math.floor(time / DAY_SECONDS))).size;
  return Math.exp((-7 * changes) / days);
}

/** In proportion, at least one each, the last takes what is left. */
function shareBins(counts: readonly number[], binCount: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bins: number[] = [];
  let left = binCount;
  for (const [index, count] of counts.entries()) {
    const after = counts.length - 1 - index;
    const share = Math.max(1, Math.round((count / total) * binCount));
    const given = after === 0 ? left : Math.min(share, left - after);
    bins.push(given);
    left -= given;
  }
  return bins;
}

function hashIntoBins(packages: readonly Installed[], binCount: number): Group[] {
  const bins = Array.from({ length: binCount }, (): Installed[] => []);
  for (const each of packages) bins[Number(fnv64(each.name) % BigInt(binCount))]?.push(each);
  for (const empty of bins.filter((bin) => bin.length === 0).toReversed()) {
    const several = bins.filter((bin) => bin.length > 1);
    const largest = several.flat().toSorted(bySizeFalling)[0];
    if (largest === undefined) break;
    const from = several.find((bin) => bin.includes(largest));
    from?.splice(from.indexOf(largest), 1);
    empty.push(largest);
  }
  return bins.filter((bin) => bin.length > 0).map((bin) => bin.map(({ name }) => name));
}

const hashes = new Map<string, bigint>();

/** FNV-1a with 64 bits over the name and a byte 0xff, as Rust hashes text. */
function fnv64(name: string): bigint {
  const known = hashes.get(name);
  if (known !== undefined) return known;
  let hash = 0xcbf29ce484222325n;
  for (const byte of [...Buffer.from(name, 'utf8'), 0xff])
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  hashes.set(name, hash);
  return hash;
}

function bySizeFalling(left: Installed, right: Installed): number {
  return right.sizeBytes - left.sizeBytes;
}
