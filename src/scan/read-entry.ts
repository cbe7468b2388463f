import { readlinkSync, type BigIntStats } from 'node:fs';
import type { DirectoryEntry, Entry, EntryMetadata, FileEntry } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import { readSymlinkXattrs, readXattrs } from './xattrs.ts';

/** What the walk met at a path. */
export interface Inode {
  readonly path: RootfsPath;
  /** The path for system calls. */
  readonly place: string | Buffer;
  readonly stats: BigIntStats;
}

/** The entry of an inode that is no socket; hardlink groups are found later. */
export function readEntry(inode: Inode): Entry {
  const { path, place, stats } = inode;
  if (stats.isFile()) return readFile(inode);
  if (stats.isDirectory()) return readDirectory(inode);
  if (stats.isSymbolicLink()) {
    const xattrs = readSymlinkXattrs(place, path);
    return { ...metadata(inode), kind: 'symlink', xattrs, target: readTarget(inode), linkGroup: undefined };
  }
  const common = { ...metadata(inode), xattrs: readXattrs(place, path), linkGroup: undefined };
  if (stats.isFIFO()) return { ...common, kind: 'fifo' };
  const device = { deviceMajor: deviceMajor(stats.rdev), deviceMinor: deviceMinor(stats.rdev) };
  if (stats.isCharacterDevice()) return { ...common, kind: 'character-device', ...device };
  if (stats.isBlockDevice()) return { ...common, kind: 'block-device', ...device };
  throw new LayahError({ code: 'unsupported-entry', message: `${displayPath(path)} is of an unknown kind` });
}

export function readDirectory(inode: Inode): DirectoryEntry {
  return { ...metadata(inode), kind: 'directory', xattrs: readXattrs(inode.place, inode.path) };
}

/** One literal, without spreading another into it: nearly all of a tree are files. */
function readFile({ path, place, stats }: Inode): FileEntry {
  return {
    path,
    kind: 'file',
    mode: permissions(stats),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeSeconds: mtimeSeconds(stats),
    xattrs: readXattrs(place, path),
    sizeBytes: Number(stats.size),
    mtimeNanoseconds: stats.mtimeNs,
    linkGroup: undefined,
  };
}

function metadata({ path, stats }: Inode): Omit<EntryMetadata, 'xattrs'> {
  return {
    path,
    mode: permissions(stats),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeSeconds: mtimeSeconds(stats),
  };
}

function permissions({ mode }: BigIntStats): number {
  return Number(mode) & 0o7777;
}

function mtimeSeconds({ mtimeNs }: BigIntStats): number {
  return Math.max(floorSeconds(mtimeNs), MIN_MTIME_SECONDS);
}

/** 0000-01-01T00:00:00Z: what comes before has no RFC 3339 date in a TOC, and Go cannot read it all in a tar. */
const MIN_MTIME_SECONDS = -62_167_219_200;

const BILLION = 1_000_000_000n;

/** Rounds down also before 1970, where bigint division would round towards zero. */
function floorSeconds(nanoseconds: bigint): number {
  const seconds = nanoseconds / BILLION;
  return Number(nanoseconds < 0n && nanoseconds % BILLION < 0n ? seconds - 1n : seconds);
}

/*
 * st_rdev as glibc packs it (sys/sysmacros.h), from the high bits: 20 of major, 24 of minor, 12 of major, 8 of minor.
 */
function deviceMajor(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn));
}

function deviceMinor(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & ~0xffn & 0xffffffffn));
}

function readTarget({ path, place }: Inode): string {
  try {
    return readlinkSync(place, { encoding: 'latin1' });
  } catch (thrown) {
    throw new LayahError({
      code: 'read-failed',
      message: `reading the link ${displayPath(path)}`,
      cause: thrown,
    });
  }
}
