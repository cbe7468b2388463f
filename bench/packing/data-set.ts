/*
 * The history of the packages of an image, and the images that builds at given times would hold. Where the data come from is
 * in README.md. A package's size moves at each of its updates by Cauchy noise of 0.8 %, at most 10 %: that is how sizes moved
 * between Debian 13 and sid, and it shows which plans hang on exact sizes.
 */
import { readFileSync } from 'node:fs';
import { randomNumbers } from './random.ts';

export interface DataSet {
  readonly name: string;
  readonly endSeconds: number;
  readonly packages: readonly PackageHistory[];
}

interface PackageHistory {
  readonly name: string;
  readonly sizeBytes: number;
  /** Rising. */
  readonly updateTimesSeconds: readonly number[];
  /** When it was in the image; undefined for always. The end of the last period may be open. */
  readonly present: readonly (readonly [number, number | null])[] | undefined;
}

/** A package in one build. */
export interface Installed {
  readonly name: string;
  readonly sizeBytes: number;
  /** Rising; only what came before the build. */
  readonly updateTimesSeconds: readonly number[];
  /** Differs when the package was updated. */
  readonly version: string;
}

export interface Build {
  readonly timeSeconds: number;
  /** Sorted by name. */
  readonly packages: readonly Installed[];
}

interface DataFile {
  readonly name: string;
  readonly end: number;
  readonly components: readonly {
    readonly name: string;
    readonly size: number;
    readonly times: readonly number[];
    readonly present?: readonly (readonly [number, number | null])[];
  }[];
}

export function readDataSet(path: string): DataSet {
  const file = JSON.parse(readFileSync(path, 'utf8')) as DataFile;
  return {
    name: file.name,
    endSeconds: file.end,
    packages: file.components
      .map((each) => ({
        name: each.name,
        sizeBytes: each.size,
        updateTimesSeconds: each.times.toSorted((left, right) => left - right),
        present: each.present,
      }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

const DAY_SECONDS = 24 * 60 * 60;

export interface Schedule {
  readonly intervalDays: number;
  readonly updateCount: number;
}

/** One more than there are updates: the first is what the clients have before. The last is at the end of the data. */
export function buildsOf(set: DataSet, { intervalDays, updateCount }: Schedule): Build[] {
  const startSeconds = set.endSeconds - updateCount * intervalDays * DAY_SECONDS;
  const sizes = set.packages.map((each) => sizesFrom(startSeconds, each, set.name));
  return Array.from({ length: updateCount + 1 }, (_, index) => {
    const timeSeconds = startSeconds + index * intervalDays * DAY_SECONDS;
    return {
      timeSeconds,
      packages: set.packages.flatMap((each, at) => install(each, timeSeconds, sizes[at])),
    };
  });
}

function install(
  { name, sizeBytes, updateTimesSeconds, present }: PackageHistory,
  timeSeconds: number,
  sizes: ReadonlyMap<number, number> | undefined,
): Installed[] {
  const isPresent =
    present?.some(([from, to]) => from <= timeSeconds && (to === null || timeSeconds < to)) ?? true;
  if (!isPresent) return [];
  const times = updateTimesSeconds.filter((time) => time <= timeSeconds);
  const size = sizes?.get(times.length) ?? sizeBytes;
  return [{ name, sizeBytes: size, updateTimesSeconds: times, version: `${times.length}` }];
}

const NOISE_SCALE = 0.008;
const MAX_NOISE = 0.1;

/** The size after each number of updates, from the first update in the replay on. */
function sizesFrom(startSeconds: number, each: PackageHistory, seed: string): Map<number, number> {
  const random = randomNumbers(`${seed} ${each.name}`);
  const sizes = new Map<number, number>();
  let size = each.sizeBytes;
  for (const [index, time] of each.updateTimesSeconds.entries()) {
    if (time <= startSeconds) continue;
    const noise = NOISE_SCALE * Math.tan(Math.PI * (random() - 0.5));
    size *= Math.exp(Math.min(Math.max(noise, -MAX_NOISE), MAX_NOISE));
    sizes.set(index + 1, Math.max(1, Math.round(size)));
  }
  return sizes;
}
