import type { LayahError } from '../model/errors.ts';
import type { ImageLocation, OutputTarget } from '../model/options.ts';
import type { Machine } from './machine.ts';
import { parseRegistryLocation, REGISTRY_PREFIX, type RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

const ARCHIVE_PREFIX = 'oci-archive:';
const DIRECTORY_PREFIX = 'oci:';
const DOCKER_ARCHIVE_PREFIX = 'docker-archive:';
/** Transports of containers-transports(5) that skopeo copies from and to. */
const SKOPEO_TRANSPORT = /^(?:docker-archive|docker-daemon|dir|containers-storage|ostree|sif|tarball):/;
const ANY_TRANSPORT = /^[a-z][a-z0-9-]+:/;

export interface OutputFlags extends RegistryFlags {
  readonly output: string | undefined;
  /** An OCI layout that is already in the directory may be replaced. */
  readonly force: boolean;
}

/**
 * A place to write to: `-`, `PATH`, `oci-archive:PATH`, `oci:DIR`, `docker://REF`.
 * @param name begins the message of an error.
 * @throws LayahError `usage`; also when the image would go to a terminal.
 */
export function parseOutputTarget(flags: OutputFlags, machine: Machine, name = '--output'): OutputTarget {
  const { output: text, force } = flags;
  if (text?.startsWith(REGISTRY_PREFIX) === true) return registryTarget(name, text, flags);
  if (text === undefined || text === '-') return stdoutTarget(name, machine);
  if (SKOPEO_TRANSPORT.test(text)) throw unsupportedOutput(name, text);
  const location = parseLocation(name, text);
  if (
    location.kind === 'oci-archive' &&
    (location.path.endsWith('/') || machine.isDirectory(location.path))
  ) {
    throw usageError(
      `${name}: ${location.path} is a directory`,
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
 * An image to read: `oci-archive:FILE`, `oci:DIR`, `docker-archive:FILE`, `docker://REF`, or a path, which is a layout
 * when it is a directory and else an OCI archive.
 * @throws LayahError `usage`
 */
export function parseImageLocation(
  { name, text }: NamedImage,
  flags: RegistryFlags,
  machine: Machine,
): ImageLocation {
  if (text.startsWith(REGISTRY_PREFIX)) return parseRegistryLocation(name, text, flags);
  if (text.startsWith(DOCKER_ARCHIVE_PREFIX)) {
    return { kind: 'docker-archive', path: transportPath(name, text, DOCKER_ARCHIVE_PREFIX) };
  }
  if (SKOPEO_TRANSPORT.test(text)) {
    throw usageError(
      `${name}: ${text} is not supported, only an archive, an OCI layout or docker://`,
      `Copy it first: skopeo copy ${text} oci-archive:image.ociarchive`,
    );
  }
  if (text === '-') {
    throw usageError(`${name}: an image cannot be read from standard input`, 'Save it to a file first.');
  }
  const location = parseLocation(name, text);
  const isLayout = !text.startsWith(ARCHIVE_PREFIX) && machine.isDirectory(location.path);
  return isLayout ? { kind: 'oci-directory', path: location.path } : location;
}

/** A Docker archive could not hold the annotations that eStargz needs. */
function unsupportedOutput(name: string, text: string): LayahError {
  const copy = `skopeo copy oci-archive:image.ociarchive ${text}`;
  return usageError(
    `${name}: ${text} is not supported, only an OCI archive, an OCI layout or docker://`,
    text.startsWith(DOCKER_ARCHIVE_PREFIX)
      ? `Write an OCI archive: docker load and podman load take it. What needs a Docker archive gets one by: ${copy}`
      : `Write an archive, then: ${copy}`,
  );
}

function stdoutTarget(name: string, machine: Machine): OutputTarget {
  if (!machine.stdoutIsTerminal) return { kind: 'stdout' };
  throw usageError(
    `${name}: the image would be written to the terminal`,
    name === '--output'
      ? 'Name a file with -o image.ociarchive, or pipe it, for example into podman load.'
      : 'Name a file, or pipe it, for example into podman load.',
  );
}

function registryTarget(name: string, text: string, flags: OutputFlags): OutputTarget {
  const location = parseRegistryLocation(name, text, flags);
  if (location.reference.version.kind === 'tag') return location;
  throw usageError(
    `${name}: ${text} has a digest, which an image gets only from its content`,
    'Name a tag: docker://REGISTRY/NAME:TAG.',
  );
}

/** A location and the tag that podman and skopeo write behind it: `oci:DIR:TAG`. */
export interface TaggedLocation {
  readonly location: string;
  readonly tag: string | undefined;
}

export function splitTag(text: string): TaggedLocation {
  const prefix = [ARCHIVE_PREFIX, DIRECTORY_PREFIX, DOCKER_ARCHIVE_PREFIX].find((each) =>
    text.startsWith(each),
  );
  const colon = prefix === undefined ? -1 : text.indexOf(':', prefix.length);
  if (colon < 0) return { location: text, tag: undefined };
  return { location: text.slice(0, colon), tag: text.slice(colon + 1) };
}

type PathLocation = Exclude<ImageLocation, { kind: 'registry' | 'docker-archive' }>;

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
