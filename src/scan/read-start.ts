import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { systemErrorCode, LayahError } from '../model/errors.ts';
import { hostPath } from '../model/host-path.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { OpenRootfs } from './open-rootfs.ts';

/** O_NONBLOCK: opening a FIFO must not wait for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

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
    descriptor = openSync(hostPath(prefix, path), OPEN_FLAGS);
    if (!fstatSync(descriptor).isFile()) return undefined;
    const start = Buffer.alloc(lengthBytes);
    return start.subarray(0, readSync(descriptor, start, 0, lengthBytes, 0));
  } catch (cause) {
    // ELOOP: a symlink; ENXIO: a socket.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG'].includes(systemErrorCode(cause) ?? ''))
      return undefined;
    throw new LayahError({
      code: 'read-failed',
      message: `reading ${displayPath(path)} in the root filesystem`,
      cause,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
