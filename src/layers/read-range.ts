import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { hostPath, type HostPrefix } from '../model/host-path.ts';
import { displayPath } from '../model/rootfs-path.ts';
import type { PlacedRange } from './jobs.ts';

/**
 * Reads part of a file into its place. The file must be what the scan saw, before and after.
 * O_NOFOLLOW: a link that took the file's place since the scan must not lead elsewhere.
 */
export function readRange(prefix: HostPrefix, range: PlacedRange, input: Uint8Array): void {
  const descriptor = openContent(prefix, range);
  try {
    let filled = 0;
    while (filled < range.lengthBytes) {
      const at = range.at + filled;
      const count = readSync(descriptor, input, at, range.lengthBytes - filled, range.offset + filled);
      if (count === 0) throw changed(range);
      filled += count;
    }
    const stats = fstatSync(descriptor, { bigint: true });
    if (stats.size !== BigInt(range.sizeBytes) || stats.mtimeNs !== range.mtimeNanoseconds)
      throw changed(range);
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : unreadable(range, thrown);
  } finally {
    closeSync(descriptor);
  }
}

function openContent(prefix: HostPrefix, range: PlacedRange): number {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return openSync(hostPath(prefix, range.path), flags);
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    throw code === 'ENOENT' || code === 'ELOOP' ? changed(range, thrown) : unreadable(range, thrown);
  }
}

function changed(range: PlacedRange, cause?: unknown): LayahError {
  return new LayahError({
    code: 'file-changed',
    message: `${displayPath(range.path)} changed while it was being read`,
    hint: 'Build from a root filesystem that nothing writes to, such as a mounted image.',
    cause,
  });
}

function unreadable(range: PlacedRange, cause: unknown): LayahError {
  const denied = systemErrorCode(cause) === 'EACCES';
  return new LayahError({
    code: 'read-failed',
    message: `reading ${displayPath(range.path)}`,
    ...(denied ? { hint: 'Run as root, or inside `podman unshare`.' } : {}),
    cause,
  });
}
