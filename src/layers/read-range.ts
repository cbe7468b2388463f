import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LayahError, systemErrorCode, unreachable } from '../model/errors.ts';
import { hostPath, type HostPrefix } from '../model/host-path.ts';
import { displayPath } from '../model/rootfs-path.ts';
import type { PlacedRange } from './jobs.ts';

/** Reads a range into its place. `prefix` is the root filesystem that files are read from. */
export function readRange(prefix: HostPrefix | undefined, range: PlacedRange, input: Uint8Array): void {
  switch (range.kind) {
    case 'file-range':
      readFileRange(prefix, range, input);
      break;
    case 'tar-range':
      if (!fill(range.descriptor, range, input)) throw tarEnded();
      break;
    default:
      unreachable(range);
  }
}

type PlacedFileRange = Extract<PlacedRange, { kind: 'file-range' }>;

/**
 * The file must be what the scan saw, before and after.
 * O_NOFOLLOW: a link that took the file's place since the scan must not lead elsewhere.
 */
function readFileRange(prefix: HostPrefix | undefined, range: PlacedFileRange, input: Uint8Array): void {
  const descriptor = openContent(prefix, range);
  try {
    if (!fill(descriptor, range, input)) throw changed(range);
    const stats = fstatSync(descriptor, { bigint: true });
    if (stats.size !== BigInt(range.sizeBytes) || stats.mtimeNs !== range.mtimeNanoseconds)
      throw changed(range);
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : unreadable(range, thrown);
  } finally {
    closeSync(descriptor);
  }
}

/** @returns false when the file ends before the range does. */
function fill(descriptor: number, range: PlacedRange, input: Uint8Array): boolean {
  for (let filled = 0; filled < range.lengthBytes;) {
    const at = range.at + filled;
    const count = readSync(descriptor, input, at, range.lengthBytes - filled, range.offset + filled);
    if (count === 0) return false;
    filled += count;
  }
  return true;
}

function openContent(prefix: HostPrefix | undefined, range: PlacedFileRange): number {
  if (prefix === undefined) {
    throw new LayahError({ code: 'internal', message: 'no root filesystem to read files from was named' });
  }
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return openSync(hostPath(prefix, range.path), flags);
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    throw code === 'ENOENT' || code === 'ELOOP' ? changed(range, thrown) : unreadable(range, thrown);
  }
}

function changed(range: PlacedFileRange, cause?: unknown): LayahError {
  return new LayahError({
    code: 'file-changed',
    message: `${displayPath(range.path)} changed while it was being read`,
    hint: 'Build from a root filesystem that nothing writes to, such as a mounted image.',
    cause,
  });
}

function unreadable(range: PlacedFileRange, cause: unknown): LayahError {
  const denied = systemErrorCode(cause) === 'EACCES';
  return new LayahError({
    code: 'read-failed',
    message: `reading ${displayPath(range.path)}`,
    ...(denied ? { hint: 'Run as root, or inside `podman unshare`.' } : {}),
    cause,
  });
}

function tarEnded(): LayahError {
  return new LayahError({ code: 'internal', message: 'the tar that a layer is written from ended early' });
}
