/*
 * The walk over a root filesystem: takes an opened directory, gives every entry with its metadata.
 * No symlink is ever followed, names stay bytes, and the result depends on the tree alone, not on readdir's order.
 */
import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Entry, Scan } from '../model/entry.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { hostPath } from '../model/host-path.ts';
import type { PrunePattern } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import { displayPath, joinPath, ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import { groupHardlinks, type LinkedPath } from './hardlinks.ts';
import type { OpenRootfs } from './open-rootfs.ts';
import { createPruner, type Pruner } from './prune.ts';
import { type Inode, readDirectory, readEntry } from './read-entry.ts';
import { scanPrefix } from './scan-prefix.ts';

export interface ScanOptions {
  readonly prune: readonly PrunePattern[];
  /** Leave out FIFOs and device nodes too; sockets are always left out, since no layer can hold one. */
  readonly skipSpecialFiles: boolean;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** @throws LayahError naming the path that cannot be read. */
export async function scanRootfs(rootfs: OpenRootfs, options: ScanOptions): Promise<Scan> {
  const walk: Walk = {
    rootfs,
    options,
    pruner: createPruner(options.prune),
    entries: [],
    linkedPaths: [],
    skipped: { sockets: [], special: 0 },
  };
  const root = readDirectory(readInode(rootfs, ROOT_PATH));
  await walkTree(walk);
  rootfs.confirmInPlace();
  reportSkipped(walk);
  const { skipped } = walk;
  const isComplete = options.prune.length === 0 && skipped.sockets.length === 0 && skipped.special === 0;
  return { root, ...groupHardlinks(walk.entries, walk.linkedPaths), isComplete };
}

interface Walk {
  readonly rootfs: OpenRootfs;
  readonly options: ScanOptions;
  readonly pruner: Pruner;
  readonly entries: Entry[];
  readonly linkedPaths: LinkedPath[];
  readonly skipped: { readonly sockets: RootfsPath[]; special: number };
}

const STAGE = { name: 'scan', unit: 'entries' };

/** How many directories are read between two looks at signals and timers. */
const DIRECTORIES_A_TURN = 256;

async function walkTree(walk: Walk): Promise<void> {
  // A stack, not recursion: a tree may be deeper than the call stack. Children are pushed last name first.
  const pending: RootfsPath[] = listNames(walk, ROOT_PATH);
  let directories = 0;
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (!visit(walk, path)) continue;
    for (const child of listNames(walk, path)) pending.push(child);
    if (++directories % DIRECTORIES_A_TURN === 0) {
      walk.options.reporter.progress(STAGE, walk.entries.length, undefined);
      await setImmediate();
      walk.options.signal.throwIfAborted();
    }
  }
}

/** @returns whether the children are to be visited. */
function visit(walk: Walk, path: RootfsPath): boolean {
  const decision = walk.pruner.decide(path);
  if (decision === 'drop') return false;
  if (path.length > MAX_PATH_BYTES) throw tooLong(path);
  const inode = readInode(walk.rootfs, path);
  const { stats } = inode;
  if (stats.isSocket()) {
    walk.skipped.sockets.push(path);
    return false;
  }
  if (walk.options.skipSpecialFiles && isSpecial(stats)) {
    walk.skipped.special++;
    return false;
  }
  const entry = readEntry(inode);
  walk.entries.push(entry);
  if (entry.kind === 'directory') return decision === 'keep';
  if (stats.nlink > 1n) walk.linkedPaths.push({ path, device: stats.dev, inode: stats.ino });
  return false;
}

function isSpecial(stats: BigIntStats): boolean {
  return stats.isFIFO() || stats.isCharacterDevice() || stats.isBlockDevice();
}

/** The children's paths, last name first. */
function listNames(walk: Walk, directory: RootfsPath): RootfsPath[] {
  try {
    return readdirSync(hostPath(scanPrefix(walk.rootfs, directory), directory), { encoding: 'latin1' })
      .sort()
      .toReversed()
      .map((name) => joinPath(directory, name));
  } catch (thrown) {
    throw unreadable(walk.rootfs, directory, thrown);
  }
}

function readInode(rootfs: OpenRootfs, path: RootfsPath): Inode {
  const place = hostPath(scanPrefix(rootfs, path), path === ROOT_PATH ? joinPath(ROOT_PATH, '.') : path);
  try {
    return { path, place, stats: lstatSync(place, { bigint: true }) };
  } catch (thrown) {
    throw unreadable(rootfs, path, thrown);
  }
}

/**
 * 95 below what Linux can open, so that a runtime can still put a directory of its own before it. The limit is layah's
 * own, or it would depend on where the root filesystem lies.
 */
const MAX_PATH_BYTES = 4000;

function tooLong(path: RootfsPath): LayahError {
  return new LayahError({
    code: 'unsupported-entry',
    message: `a path of ${path.length} bytes is longer than the ${MAX_PATH_BYTES} that an image can hold: ${displayPath(path).slice(0, 200)}...`,
    hint: 'Shorten it or leave its top directory out with --prune.',
  });
}

function unreadable(rootfs: OpenRootfs, path: RootfsPath, cause: unknown): LayahError {
  const denied = systemErrorCode(cause) === 'EACCES';
  return new LayahError({
    code: 'bad-rootfs',
    message: `reading ${displayPath(path)} in the root filesystem ${rootfs.hostDirectory}`,
    ...(denied ? { hint: 'Run as root, or inside `podman unshare`.' } : {}),
    cause,
  });
}

function reportSkipped({ skipped, pruner, options }: Walk): void {
  for (const path of skipped.sockets) {
    options.reporter.warn(`left out the socket ${displayPath(path)}: a layer cannot hold sockets`);
  }
  if (skipped.special > 0) options.reporter.info(`left out ${skipped.special} FIFOs and device nodes`);
  for (const pattern of pruner.unmatched()) {
    options.reporter.warn(`--prune ${displayPath(pattern.path)} matches nothing in the root filesystem`);
  }
}
