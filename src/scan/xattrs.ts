import { closeSync, constants, openSync } from 'node:fs';
import { getAttributeSync, listAttributesSync } from 'fs-xattr';
import type { Xattr } from '../model/entry.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { decodeUtf8, displayPath, type RootfsPath } from '../model/rootfs-path.ts';

/**
 * The extended attributes that belong into an image, sorted by name. Labels of SELinux are the business of the
 * host that runs the image, trusted.* of the kernel (overlay's marks among them); both stay behind.
 * Must not be called on a symlink: the system call that the library makes follows it.
 * @param place - the path for system calls.
 * @throws LayahError `read-failed` or `unsupported-entry`, naming the path.
 */
export function readXattrs(place: string | Buffer, path: RootfsPath): readonly Xattr[] {
  const text = typeof place === 'string' ? place : decodeUtf8(place.toString('latin1'));
  return orNoXattrs(path, ['ENOTSUP'], () =>
    text === undefined ? readThroughDescriptor(place, path) : readAt(text, path),
  );
}

/**
 * Those of a symlink itself: the kernel lets it carry security.* though no user.*.
 * None where no /proc is mounted, since there is no other way to them.
 */
export function readSymlinkXattrs(place: string | Buffer, path: RootfsPath): readonly Xattr[] {
  return orNoXattrs(path, ['ENOTSUP', 'ENOENT'], () => readThroughDescriptor(place, path));
}

function orNoXattrs(
  path: RootfsPath,
  codesOfNone: readonly string[],
  read: () => readonly Xattr[],
): readonly Xattr[] {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof LayahError) throw thrown;
    if (codesOfNone.includes(systemErrorCode(thrown) ?? '')) return NO_XATTRS;
    throw new LayahError({
      code: 'read-failed',
      message: `reading the extended attributes of ${displayPath(path)}`,
      cause: thrown,
    });
  }
}

const NO_XATTRS: readonly Xattr[] = [];
const O_PATH = 0o10000000;

function readAt(text: string, path: RootfsPath): readonly Xattr[] {
  const names = listAttributesSync(text).filter(belongsIntoImage);
  if (names.length === 0) return NO_XATTRS;
  return names.sort(byCodeUnits).map((name) => {
    if (name.includes('\ufffd')) throw undecodableName(path);
    return { name: Buffer.from(name, 'utf8').toString('latin1'), value: getAttributeSync(text, name) };
  });
}

/**
 * A name that is not UTF-8 cannot be handed to the library as text, and the name of a symlink not at all.
 * The link below /proc leads to the inode itself and no further.
 */
function readThroughDescriptor(place: string | Buffer, path: RootfsPath): readonly Xattr[] {
  const descriptor = openSync(place, O_PATH | constants.O_NOFOLLOW);
  try {
    return readAt(`/proc/self/fd/${descriptor}`, path);
  } finally {
    closeSync(descriptor);
  }
}

function belongsIntoImage(name: string): boolean {
  if (name.startsWith('trusted.') || name === 'security.selinux') return false;
  return !name.startsWith('system.') || name.startsWith('system.posix_acl_');
}

function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : 1;
}

function undecodableName(path: RootfsPath): LayahError {
  return new LayahError({
    code: 'unsupported-entry',
    message: `${displayPath(path)} has an extended attribute whose name is not UTF-8`,
    hint: 'Remove it with setfattr -x, or leave the path out with --prune.',
  });
}
