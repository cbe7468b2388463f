import type { LayahError } from '../model/errors.ts';
import type { ImageLocation, OutputTarget } from '../model/options.ts';
import type { Machine } from './machine.ts';
import { parseRegistryLocation, REGISTRY_PREFIX, type RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

const ARCHIVE_PREFIX = 'oci-archive:';
const DIRECTORY_PREFIX = 'oci:';
/** Transports of containers-transports(5) that skopeo copies from and to. */
const SKOPEO_TRANSPORT = /^(?:docker-archive|docker-daemon|dir|containers-storage|ostree|sif|tarball):/;
const ANY_TRANSPORT = /^[a-z][a-z0-9-]+:/;

export interface OutputFlags extends RegistryFlags {
  readonly output: string | undefined;
  /** An OCI layout that is already in the directory may be replaced. */
  readonly force: boolean;
}

/**
 * `--output`: `-`, `PATH`, `oci-archive:PATH`, `oci:DIR`, `docker://REF`.
 * @throws LayahError `usage`; also when the image would go to a terminal.
 */
export function parseOutputTarget(flags: OutputFlags, machine: Machine): OutputTarget {
  const { output: text, force } = flags;
  if (text?.startsWith(REGISTRY_PREFIX) === true) return registryTarget(text, flags);
  if (text === undefined || text === '-') return stdoutTarget(machine);
  if (SKOPEO_TRANSPORT.test(text)) {
    throw usageError(
      `--output: ${text} is not supported, only an OCI archive, an OCI layout or docker://`,
      `Build an archive, then: skopeo copy oci-archive:image.ociarchive ${text}`,
    );
  }
  const location = parseLocation('--output', text);
  if (
    location.kind === 'oci-archive' &&
    (location.path.endsWith('/') || machine.isDirectory(location.path))
  ) {
    throw usageError(
      `--output: ${location.path} is a directory`,
      `Write oci:${location.path} for an OCI layout in it, or name a file for an archive.`,
    );
  }
  return location.kind === 'oci-directory' ? { ...location, replace: force } : location;
}

export interface NamedImage {
  /** The argument, flag or variable that names it; begins the message of an error. */
  readonly name: string;
  readonly text: string;
}

/**
 * An image to read: `oci-archive:FILE`, `oci:DIR`, `docker://REF`, or a path, which is a layout when it is a directory.
 * @throws LayahError `usage`
 */
export function parseImageLocation(
  { name, text }: NamedImage,
  flags: RegistryFlags,
  machine: Machine,
): ImageLocation {
  if (text.startsWith(REGISTRY_PREFIX)) return parseRegistryLocation(name, text, flags);
  if (SKOPEO_TRANSPORT.test(text)) {
    throw usageError(
      `${name}: ${text} is not supported, only an OCI archive, an OCI layout or docker://`,
      `Copy it first: skopeo copy ${text} oci-archive:image.ociarchive`,
    );
  }
  if (text === '-')
    throw usageError(`${name}: an image cannot be read from standard input`, 'Save it to a file first.');
  const location = parseLocation(name, text);
  const isLayout = !text.startsWith(ARCHIVE_PREFIX) && machine.isDirectory(location.path);
  return isLayout ? { kind: 'oci-directory', path: location.path } : location;
}

function stdoutTarget(machine: Machine): OutputTarget {
  if (!machine.stdoutIsTerminal) return { kind: 'stdout' };
  throw usageError(
    '--output: the image would be written to the terminal',
    'Name a file with -o image.ociarchive, or pipe it, for example into podman load.',
  );
}

function registryTarget(text: string, flags: OutputFlags): OutputTarget {
  const location = parseRegistryLocation('--output', text, flags);
  if (location.reference.version.kind === 'tag') return location;
  throw usageError(
    `--output: ${text} has a digest, which an image gets only from its content`,
    'Name a tag: docker://REGISTRY/NAME:TAG.',
  );
}

type PathLocation = Exclude<ImageLocation, { kind: 'registry' }>;

function parseLocation(name: string, text: string): PathLocation {
  if (text.startsWith(ARCHIVE_PREFIX)) {
    return { kind: 'oci-archive', path: transportPath(name, text, ARCHIVE_PREFIX) };
  }
  if (text.startsWith(DIRECTORY_PREFIX)) {
    return { kind: 'oci-directory', path: transportPath(name, text, DIRECTORY_PREFIX) };
  }
  if (text === '') throw usageError(`${name}: the path is empty`);
  if (ANY_TRANSPORT.test(text)) throw unknownTransport(name, text);
  return { kind: 'oci-archive', path: text };
}

/** podman and skopeo end such a path at the next colon, so one with a colon could not be read back. */
function transportPath(name: string, text: string, prefix: string): string {
  const path = text.slice(prefix.length);
  if (path === '') throw usageError(`${name}: ${text} names no path`);
  if (!path.includes(':')) return path;
  throw usageError(
    `${name}: the path in ${text} has a colon, which podman and skopeo take for the beginning of a tag`,
    'Give the tag with --tag, and choose a path without a colon.',
  );
}

/** More likely a mistyped transport than a file of that name. */
function unknownTransport(name: string, text: string): LayahError {
  return usageError(
    `${name}: ${text} has an unknown transport`,
    `Use oci-archive:FILE, oci:DIR or docker://REF; a file of that name is ./${text}.`,
  );
}
