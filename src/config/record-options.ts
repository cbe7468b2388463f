import type {
  NamedImage,
  RecordFromImageOptions,
  RecordFromPathsOptions,
  RecordOutput,
  RecordPushOptions,
  RecordRunOptions,
} from '../model/record-options.ts';
import { machineArchitecture } from './architecture.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseTag } from './image-tag.ts';
import type { Machine } from './machine.ts';
import { type OutputFlags, parseImageLocation, parseOutputTarget } from './output-target.ts';
import { readInputText, readRecordFile } from './record-file.ts';
import { parseRecordList } from './record-list.ts';
import { refuseUnusedRegistryFlags, type RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

export interface RawFromPathsFlags {
  readonly list: string;
  readonly rootfs: string | undefined;
  readonly output: string | undefined;
}

/** `layah record from-paths`, frozen. @throws LayahError `usage` or `read-failed` */
export function parseFromPathsOptions(raw: RawFromPathsFlags, machine: Machine): RecordFromPathsOptions {
  const origin = raw.list === '-' ? 'standard input' : `the list ${raw.list}`;
  const patterns = parseRecordList(readInputText(raw.list, origin, machine));
  if (patterns.length === 0) throw usageError(`${origin} has no path`, 'Write one path or glob a line.');
  const { rootfs } = raw;
  const glob = patterns.find(({ text }) => /[*?[\\]/.test(text));
  if (rootfs === undefined && glob !== undefined) {
    throw usageError(
      `line ${glob.lineNumber} of ${origin}: ${glob.text} has wildcards, which need a tree to be looked up in`,
      'Name the root filesystem with --rootfs DIR.',
    );
  }
  return deepFreeze({ patterns, origin, rootfs, output: parseRecordOutput(raw.output) });
}

export interface RawRecordImageFlags extends RegistryFlags {
  readonly image: string;
  readonly tag: string | undefined;
  readonly output: string | undefined;
}

/** `layah record from-image` and `layah record pull`, frozen. @throws LayahError `usage` */
export function parseFromImageOptions(raw: RawRecordImageFlags, machine: Machine): RecordFromImageOptions {
  return deepFreeze({ image: namedImage(raw, machine), output: parseRecordOutput(raw.output) });
}

export interface RawRecordRunFlags {
  readonly rootfs: string | undefined;
  readonly image: string | undefined;
  readonly podmanArgument: readonly string[];
  readonly stopAfter: string | undefined;
  readonly output: string | undefined;
  /** What stands after `--`. */
  readonly command: readonly string[];
}

/** A week. */
const MAX_STOP_AFTER_SECONDS = 7 * 24 * 60 * 60;

/** `layah record run`, frozen. @throws LayahError `usage` */
export function parseRecordRunOptions(raw: RawRecordRunFlags): RecordRunOptions {
  return deepFreeze({
    target: parseRunTarget(raw),
    command: raw.command,
    stopAfterSeconds:
      raw.stopAfter === undefined
        ? undefined
        : parseWholeNumber('--stop-after', raw.stopAfter, { min: 1, max: MAX_STOP_AFTER_SECONDS }),
    output: parseRecordOutput(raw.output),
  });
}

function parseRunTarget(raw: RawRecordRunFlags): RecordRunOptions['target'] {
  const { rootfs, image, podmanArgument, command } = raw;
  if ((rootfs === undefined) === (image === undefined)) {
    throw usageError(
      'record run needs either --rootfs DIR or --image NAME',
      'DIR is a root filesystem on this machine, NAME an image that podman has.',
    );
  }
  if (image !== undefined) return { kind: 'podman', image, podmanArguments: podmanArgument };
  if (podmanArgument.length > 0) throw usageError('--podman-arg means something only together with --image');
  if (command.length > 0) return { kind: 'rootfs', rootfs: rootfs ?? '' };
  throw usageError(
    'record run --rootfs needs a command to run in it',
    'Write it after two dashes: layah record run --rootfs DIR -- /bin/sh -c true',
  );
}

export interface RawRecordPushFlags extends OutputFlags {
  readonly record: string;
  readonly tag: string | undefined;
}

/** `layah record push`, frozen. @throws LayahError `usage`, `read-failed` or `bad-record` */
export function parseRecordPushOptions(raw: RawRecordPushFlags, machine: Machine): RecordPushOptions {
  const output = parseOutputTarget(raw, machine);
  refuseUnusedRegistryFlags(raw, [output]);
  return deepFreeze({
    output,
    tag: raw.tag === undefined ? undefined : parseTag(raw.tag),
    files: readRecordFile(raw.record, machine),
    platform: { os: 'linux', ...machineArchitecture(machine.architecture) },
  });
}

function namedImage(raw: RawRecordImageFlags, machine: Machine): NamedImage {
  const location = parseImageLocation({ name: 'IMAGE', text: raw.image }, raw, machine);
  refuseUnusedRegistryFlags(raw, [location]);
  return { location, tag: raw.tag };
}

function parseRecordOutput(text: string | undefined): RecordOutput {
  if (text === '') throw usageError('--output: the path is empty');
  return text === undefined || text === '-' ? { kind: 'stdout' } : { kind: 'file', path: text };
}
