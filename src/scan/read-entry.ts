import { readlinkSync, type BigIntStats } from 'node:fs';
import type { DirectoryEntry, Entry, EntryMetadata } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import { hostPath } from '../model/host-path.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { OpenRootfs } from './open-rootfs.ts';
import { scanPrefix } from './scan-prefix.ts';
import { readSymlinkXattrs, readXattrs } from './xattrs.ts';

/** The entry of an inode that is no socket; hardlink groups are found later. */
export function readEntry(rootfs: OpenRootfs, path: RootfsPath, stats: BigIntStats): Entry {
  if (stats.isDirectory()) return readDirectory(rootfs, path, stats);
  if (stats.isSymbolicLink()) {
    const target = readTarget(rootfs, path);
    const xattrs = readSymlinkXattrs(rootfs.prefix, path);
    return { ...metadata(path, stats), kind: 'symlink', xattrs, target, linkGroup: undefined };
  }
  const xattrs = readXattrs(scanPrefix(rootfs, path), path);
  const common = { ...metadata(path, stats), xattrs, linkGroup: undefined };
  if (stats.isFile()) {
    const sizeBytes = Number(stats.size);
    return { ...common, kind: 'file', sizeBytes, mtimeNanoseconds: stats.mtimeNs };
  }
  if (stats.isFIFO()) return { ...common, kind: 'fifo' };
  const device = { deviceMajor: deviceMajor(stats.rdev), deviceMinor: deviceMinor(stats.rdev) };
  if (stats.isCharacterDevice()) return { ...common, kind: 'character-device', ...device };
  if (stats.isBlockDevice()) return { ...common, kind: 'block-device', ...device };
  throw new LayahError({ code: 'unsupported-entry', message: `${displayPath(path)} is of an unknown kind` });
}

export function readDirectory(rootfs: OpenRootfs, path: RootfsPath, stats: BigIntStats): DirectoryEntry {
  return { ...metadata(path, stats), kind: 'directory', xattrs: readXattrs(scanPrefix(rootfs, path), path) };
}

function metadata(path: RootfsPath, stats: BigIntStats): Omit<EntryMetadata, 'xattrs'> {
  return {
    path,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeSeconds: Math.max(floorSeconds(stats.mtimeNs), MIN_MTIME_SECONDS),
  };
}

/** 0000-01-01T00:00:00Z: what comes before has no RFC 3339 date in a TOC, and Go cannot read it all in a tar. */
const MIN_MTIME_SECONDS = -62_167_219_200;

/** Rounds down also before 1970, where bigint division would round towards zero. */
function floorSeconds(nanoseconds: bigint): number {
  const BILLION = 1_000_000_000n;
  const seconds = nanoseconds / BILLION;
  return Number(nanoseconds % BILLION < 0n ? seconds - 1n : seconds);
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

function readTarget(rootfs: OpenRootfs, path: RootfsPath): string {
  try {
    return readlinkSync(hostPath(scanPrefix(rootfs, path), path), { encoding: 'latin1' });
  } catch (thrown) {
    throw new LayahError({
      code: 'read-failed',
      message: `reading the link ${displayPath(path)}`,
      cause: thrown,
    });
  }
}
