import { closeSync, constants, existsSync, openSync, readdirSync } from 'node:fs';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import type { HostPrefix } from '../model/host-path.ts';

/** A root filesystem that is held open, so that nothing can be mounted or renamed over it. */
export interface OpenRootfs {
  /** As the user named it; for messages. */
  readonly hostDirectory: string;
  readonly prefix: HostPrefix;
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
    const prefix = `/proc/self/fd/${descriptor}/`;
    return {
      hostDirectory,
      prefix: existsSync(prefix) ? prefix : plainPrefix(hostDirectory),
      close: () => closeSync(descriptor),
    };
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : unusableRootfs(hostDirectory, thrown);
  }
}

/** Where no /proc is mounted. */
function plainPrefix(hostDirectory: string): HostPrefix {
  return Buffer.from(`${hostDirectory}/`, 'utf8').toString('latin1');
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
