import type { Entry, Scan } from './entry.ts';
import type { Reporter } from './reporter.ts';
import type { RootfsPath } from './rootfs-path.ts';
import type { RootfsReader } from './rootfs-reader.ts';

/** What `--source NAME=off` can turn off, the highest priority first. The map of `--components` comes before them all. */
export const SOURCE_NAMES = [
  'xattr',
  'rpm',
  'dpkg',
  'apk',
  'alpm',
  'python',
  'node',
  'gem',
  'volatile',
  'bigfiles',
] as const;

export type SourceName = (typeof SOURCE_NAMES)[number];

/** What a source knows of a component besides its files. */
export interface ComponentInfo {
  /** `<source>/<name>`, for example `dpkg/bash`. */
  readonly name: string;
  /** Regular files get at most this mtime: the time of the build, the same for the same package version. */
  readonly mtimeClampSeconds: number | undefined;
  /** When it changed: changelog or build times, seconds since 1970, newest first, without duplicates. */
  readonly updateTimesSeconds: readonly number[];
  /** What the user said of its update rate, in days. */
  readonly updateIntervalDays: number | undefined;
  /** Of its packages, where the database has them: one, or several joined by commas. For people. */
  readonly version?: string;
  /** True for package databases and the like: they differ in every build. */
  readonly changesEveryBuild: boolean;
}

/**
 * strong: the source names this very path.
 * weak: the source guesses (a moved file, a big file that nobody owns).
 * Any strong claim beats any weak one; among equals the source with the higher priority wins.
 */
export type ClaimStrength = 'strong' | 'weak';

export interface Claim {
  /** Index into `SourceClaims.components`. */
  readonly component: number;
  readonly strength: ClaimStrength;
  /** What it comes from, when that is not the path itself: for people, for example `line 3 of components.yaml: /opt/**`. */
  readonly origin?: string;
}

/** All that one source says of a tree. */
export interface SourceClaims {
  readonly source: string;
  /** How many packages the database lists; undefined where the word has no meaning. */
  readonly packageCount: number | undefined;
  readonly components: readonly ComponentInfo[];
  readonly claims: ReadonlyMap<RootfsPath, Claim>;
}

export interface SourceInput {
  readonly scan: Scan;
  readonly reader: RootfsReader;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** One way to know which paths belong together. Adding a database is one file with one of these. */
export interface ComponentSource {
  readonly name: string;
  /** Undefined when the tree has nothing of the kind. */
  load(input: SourceInput): Promise<SourceClaims | undefined>;
}

/** A component with the entries that it won. Directories are here only when they are empty. */
export interface Component extends ComponentInfo {
  /** In scan order. */
  readonly entries: readonly Entry[];
  /** Content bytes of its regular files, every hardlink group once. */
  readonly sizeBytes: number;
}
