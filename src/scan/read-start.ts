import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { systemErrorCode, LayahError } from '../model/errors.ts';
import { hostPath } from '../model/host-path.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { OpenRootfs } from './open-rootfs.ts';
import { OPEN_FLAGS } from './rootfs-reader.ts';

/**
 * The first bytes of a regular file, fewer than asked for where it is shorter.
 * @param path - without symlinks, see `RootfsReader.resolve`.
 * @returns undefined when no regular file is there.
 * @throws LayahError `read-failed` naming the path.
 */
export function readStart(
  { prefix }: OpenRootfs,
  path: RootfsPath,
  lengthBytes: number,
): Uint8Array | undefined {
  let descriptor: number | undefined;
  try {
    const place = hostPath(prefix, path);
    // Devices are not opened: that may do something.
    if (!lstatSync(place).isFile()) return undefined;
    descriptor = openSync(place, OPEN_FLAGS);
    if (!fstatSync(descriptor).isFile()) return undefined;
    const start = Buffer.alloc(lengthBytes);
    return start.subarray(0, readSync(descriptor, start, 0, lengthBytes, 0));
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemErrorCode(cause) ?? '')) return undefined;
    throw new LayahError({
      code: 'read-failed',
      message: `reading ${displayPath(path)} in the root filesystem`,
      cause,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
