import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { hostPath, type HostPrefix } from '../model/host-path.ts';
import { ROOT_PATH } from '../model/rootfs-path.ts';

/** A root filesystem that is held open, so that nothing can be mounted or renamed over it. */
export interface OpenRootfs {
  /** As the user named it; for messages. */
  readonly hostDirectory: string;
  readonly prefix: HostPrefix;
  /**
   * The same directory under its own absolute name, which the system resolves several times faster than one
   * below /proc. For who reads much and makes sure at the end that it still meant this directory.
   */
  readonly directPrefix: HostPrefix;
  /** @throws LayahError `file-changed` when `directPrefix` no longer leads to the directory that is held open. */
  confirmInPlace(): void;
  close(): void;
}

/** @throws LayahError `bad-rootfs` when it is missing, no directory, unreadable or empty. */
export function openRootfs(hostDirectory: string): OpenRootfs {
  try {
    const descriptor = openSync(hostDirectory, constants.O_RDONLY | constants.O_DIRECTORY);
    if (readdirSync(hostDirectory).length === 0) {
      closeSync(descriptor);
      throw emptyRootfs(hostDirectory);
    }
    const prefix = descriptorPrefix(descriptor) ?? plainPrefix(hostDirectory);
    const directPrefix = findDirectPrefix(descriptor) ?? prefix;
    return {
      hostDirectory,
      prefix,
      directPrefix,
      confirmInPlace() {
        if (!isSameDirectory(descriptor, directPrefix)) throw movedAway(hostDirectory);
      },
      close: () => closeSync(descriptor),
    };
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : unusableRootfs(hostDirectory, thrown);
  }
}

function descriptorPrefix(descriptor: number): HostPrefix | undefined {
  const prefix = `/proc/self/fd/${descriptor}/`;
  return existsSync(prefix) ? prefix : undefined;
}

/** Where no /proc is mounted. */
function plainPrefix(hostDirectory: string): HostPrefix {
  return Buffer.from(`${hostDirectory}/`, 'utf8').toString('latin1');
}

/** Undefined where the kernel's name of the directory leads elsewhere, for example into another mount namespace. */
function findDirectPrefix(descriptor: number): HostPrefix | undefined {
  if (descriptorPrefix(descriptor) === undefined) return undefined;
  const target = readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: 'latin1' });
  const prefix = target.endsWith('/') ? target : `${target}/`;
  return isSameDirectory(descriptor, prefix) ? prefix : undefined;
}

function isSameDirectory(descriptor: number, prefix: HostPrefix): boolean {
  const held = fstatSync(descriptor, { bigint: true });
  try {
    const named = lstatSync(hostPath(prefix, ROOT_PATH), { bigint: true });
    return named.dev === held.dev && named.ino === held.ino;
  } catch {
    // Gone, or below a directory that this user may not pass.
    return false;
  }
}

function movedAway(hostDirectory: string): LayahError {
  return new LayahError({
    code: 'file-changed',
    message: `the root filesystem ${hostDirectory} was moved or mounted over while it was being read`,
    hint: 'Build from a root filesystem that nothing writes to, such as a mounted image.',
  });
}

function emptyRootfs(hostDirectory: string): LayahError {
  return new LayahError({
    code: 'bad-rootfs',
    message: `the root filesystem ${hostDirectory} is empty`,
    hint: 'Is the image mounted there? podman run --mount type=image,source=IMAGE,target=/layah ...',
  });
}

function unusableRootfs(hostDirectory: string, cause: unknown): LayahError {
  const reasons: Record<string, [string, string]> = {
    ENOENT: ['does not exist', 'Name an existing directory with --rootfs.'],
    ENOTDIR: ['is not a directory', 'Unpack or mount the image first; --rootfs takes the directory.'],
    EACCES: ['cannot be read: permission denied', 'Run as root, or inside `podman unshare`.'],
  };
  const [what, hint] = reasons[systemErrorCode(cause) ?? ''] ?? ['cannot be opened', 'Look at the cause.'];
  return new LayahError({
    code: 'bad-rootfs',
    message: `the root filesystem ${hostDirectory} ${what}`,
    hint,
    cause,
  });
}
