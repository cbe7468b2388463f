import { setImmediate } from 'node:timers/promises';
import type { Claim, SourceInput } from '../../model/component.ts';
import { displayBytes, displayPath, joinPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { parseAlpmFiles } from './alpm-desc.ts';
import { parseMtreeFiles } from './alpm-mtree.ts';
import type { AlpmPackage, AlpmReading } from './alpm-packages.ts';
import { gunzipAtMost } from './bounded-gunzip.ts';
import type { MissingFile } from './moved-files.ts';
import { createFindEntry, type FindEntry } from './tree-entries.ts';

export interface AlpmMember {
  readonly alpmPackage: AlpmPackage;
  /** Index into the source's components. */
  readonly component: number;
}

export interface AlpmFiles {
  /** Strong ones; the first of two members that list a path has it. */
  readonly claims: Map<RootfsPath, Claim>;
  /** What the lists name and the tree does not hold, as far as a package's mtree tells the content. */
  readonly missing: readonly MissingFile[];
}

/** @throws the signal's reason once it is aborted. */
export async function findAlpmFiles(
  { scan, reader, signal }: SourceInput,
  reading: AlpmReading,
  members: readonly AlpmMember[],
): Promise<AlpmFiles> {
  const find = createFindEntry(scan, reader);
  const claims = new Map<RootfsPath, Claim>();
  const missing: MissingFile[] = [];
  const limit: MtreeLimit = { remainingBytes: MAX_MTREES_BYTES };
  for (const [index, { alpmPackage, component }] of members.entries()) {
    if (index % PACKAGES_A_TURN === 0) await setImmediate();
    signal.throwIfAborted();
    const list = reading.readDatabaseFile(joinPath(alpmPackage.directory, 'files'), MAX_LIST_BYTES);
    if (list === undefined) {
      reading.warnings.warn(`the pacman package ${displayBytes(alpmPackage.name)} has no file list`);
      continue;
    }
    const missingPaths = claimList(claims, list.toString('latin1'), { component, find });
    if (missingPaths.size === 0 || missing.length > MAX_MISSING_FILES) continue;
    for (const { path, ...content } of parseMtreeFiles(await readMtree(reading, alpmPackage, limit))) {
      if (missingPaths.has(path)) missing.push({ ...content, component });
    }
  }
  return { claims, missing };
}

/** How many lists are read between two looks at signals and timers. */
const PACKAGES_A_TURN = 64;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const MAX_MTREE_BYTES = 64 * 1024 * 1024;
/** Of all packages, decompressed. */
const MAX_MTREES_BYTES = 512 * 1024 * 1024;
/** A tree that misses more was not made by moving files. */
const MAX_MISSING_FILES = 1_000_000;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;

interface ListOwner {
  readonly component: number;
  readonly find: FindEntry;
}

/** @returns the files of the list that the tree does not hold. */
function claimList(
  claims: Map<RootfsPath, Claim>,
  list: string,
  { component, find }: ListOwner,
): ReadonlySet<RootfsPath> {
  const missing = new Set<RootfsPath>();
  parseAlpmFiles(list, (line) => {
    if (line.length > MAX_PATH_BYTES) return;
    const isDirectory = line.endsWith('/');
    const path = rootfsPath(line);
    const entry = find(path);
    if (entry === undefined) {
      if (!isDirectory && missing.size <= MAX_MISSING_FILES) missing.add(path);
    } else if (isDirectory === (entry.kind === 'directory') && !claims.has(entry.path)) {
      claims.set(entry.path, { component, strength: 'strong' });
    }
  });
  return missing;
}

interface MtreeLimit {
  remainingBytes: number;
}

/** @returns '' when there is none: packages made before pacman 4 have none. */
async function readMtree(
  { readDatabaseFile, warnings }: AlpmReading,
  { directory }: AlpmPackage,
  limit: MtreeLimit,
): Promise<string> {
  const path = joinPath(directory, 'mtree');
  const stored = readDatabaseFile(path, MAX_MTREE_BYTES);
  if (stored === undefined) return '';
  const { content, failure } = await gunzipAtMost(stored, Math.min(MAX_MTREE_BYTES, limit.remainingBytes));
  limit.remainingBytes -= content.length;
  if (failure !== undefined) warnings.warn(`${displayPath(path)} is damaged`);
  return content.toString('latin1');
}
