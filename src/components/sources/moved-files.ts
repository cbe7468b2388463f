/*
 * Files that were moved after their package was installed (an image composer put /etc/x into /usr/etc, a kernel was
 * moved out of /boot). Takes what databases record of files that are not at their place; gives weak claims on files
 * with the same content that the source does not claim yet.
 *
 * - A digest that the missing files of two components share says nothing, and an empty file neither.
 * - Only candidates of a recorded size are read, each once an algorithm, and no more than MAX_HASHED_BYTES in all.
 * - Several candidates with one content are copies, and all belong to the component.
 */
import type { Claim, SourceInput } from '../../model/component.ts';
import type { FileEntry, Scan } from '../../model/entry.ts';
import type { RootfsPath } from '../../model/rootfs-path.ts';
import type { DigestAlgorithm } from '../../model/rootfs-reader.ts';

/** A regular file that a database lists and the tree does not hold at its place. */
export interface MissingFile {
  /** Undefined when the database records none: then every unclaimed file is a candidate. */
  readonly sizeBytes: number | undefined;
  readonly algorithm: DigestAlgorithm;
  /** One that is no digest of the algorithm matches nothing. */
  readonly digestHex: string;
  /** Index into the source's components. */
  readonly component: number;
}

export interface MovedFilesQuery {
  readonly missing: readonly MissingFile[];
  /** What the source claims itself; a file of it has not moved. */
  readonly claims: ReadonlyMap<RootfsPath, Claim>;
}

/**
 * @returns weak claims, none on a path that `claims` has.
 * @throws the signal's reason once it is aborted.
 */
export async function reclaimMovedFiles(
  input: SourceInput,
  { missing, claims }: MovedFilesQuery,
): Promise<Map<RootfsPath, Claim>> {
  const moved = new Map<RootfsPath, Claim>();
  const wanted = indexMissing(missing);
  if (wanted.components.size === 0) return moved;
  const hashing: Hashing = { input, remainingBytes: MAX_HASHED_BYTES, passedOverCount: 0 };
  for (const entry of input.scan.entries) {
    if (entry.kind !== 'file' || !isCandidate(entry, input.scan, claims)) continue;
    const component = await findComponent(wanted, entry, hashing);
    if (component !== undefined) moved.set(entry.path, { component, strength: 'weak' });
  }
  if (hashing.passedOverCount > 0) {
    input.reporter.warn(
      `${hashing.passedOverCount} big files were not looked at when searching for moved files`,
    );
  }
  return moved;
}

/** A database can name sizes so that every file of the tree is read; seconds at the speed of a disk. */
const MAX_HASHED_BYTES = 8 * 1024 * 1024 * 1024;

const HEX_DIGITS: Readonly<Record<DigestAlgorithm, RegExp>> = {
  sha256: /^[0-9a-f]{64}$/,
  sha1: /^[0-9a-f]{40}$/,
  md5: /^[0-9a-f]{32}$/,
};

interface WantedFiles {
  /** By `<algorithm>:<hex>`; undefined for a digest that several components share. */
  readonly components: Map<string, number | undefined>;
  /** Which digests files of a size may have; the key undefined is for any size. */
  readonly algorithms: Map<number | undefined, Set<DigestAlgorithm>>;
}

function indexMissing(missing: readonly MissingFile[]): WantedFiles {
  const wanted: WantedFiles = { components: new Map(), algorithms: new Map() };
  for (const { sizeBytes, algorithm, digestHex, component } of missing) {
    const hex = digestHex.toLowerCase();
    if (!HEX_DIGITS[algorithm].test(hex)) continue;
    const key = `${algorithm}:${hex}`;
    const isShared = wanted.components.has(key) && wanted.components.get(key) !== component;
    wanted.components.set(key, isShared ? undefined : component);
    const algorithms = wanted.algorithms.get(sizeBytes) ?? new Set();
    wanted.algorithms.set(sizeBytes, algorithms.add(algorithm));
  }
  return wanted;
}

/** Of the paths of one inode the first stands for all: assigning keeps them together. */
function isCandidate(entry: FileEntry, scan: Scan, claims: ReadonlyMap<RootfsPath, Claim>): boolean {
  if (entry.sizeBytes === 0) return false;
  const paths = entry.linkGroup === undefined ? [entry.path] : (scan.linkGroups[entry.linkGroup] ?? []);
  return paths[0] === entry.path && !paths.some((path) => claims.has(path));
}

interface Hashing {
  readonly input: SourceInput;
  remainingBytes: number;
  passedOverCount: number;
}

async function findComponent(
  wanted: WantedFiles,
  { path, sizeBytes }: FileEntry,
  hashing: Hashing,
): Promise<number | undefined> {
  const { reader, signal } = hashing.input;
  for (const algorithm of algorithmsFor(wanted, sizeBytes)) {
    if (sizeBytes > hashing.remainingBytes) {
      hashing.passedOverCount++;
      return undefined;
    }
    hashing.remainingBytes -= sizeBytes;
    const digestHex = await reader.hashFile(path, algorithm, signal);
    const component = wanted.components.get(`${algorithm}:${digestHex}`);
    if (component !== undefined) return component;
  }
  return undefined;
}

function algorithmsFor({ algorithms }: WantedFiles, sizeBytes: number): ReadonlySet<DigestAlgorithm> {
  const none: ReadonlySet<DigestAlgorithm> = new Set();
  return new Set([...(algorithms.get(sizeBytes) ?? none), ...(algorithms.get(undefined) ?? none)]);
}
