import type { RecordSource } from '../model/record-options.ts';
import type { ImageLocation } from '../model/options.ts';
import type { Machine } from './machine.ts';
import { parseImageLocation } from './output-target.ts';
import { readRecordFile } from './record-file.ts';
import type { RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

export interface RecordFlags extends RegistryFlags {
  /** A file. */
  readonly record: string | undefined;
  readonly recordImage: string | undefined;
  readonly recordCopy: string | undefined;
}

/**
 * What is to be prefetched: `--record FILE`, `--record-image IMAGE` or `--record-copy IMAGE`.
 * @throws LayahError `usage`, also for more than one of them; `read-failed` or `bad-record` for the file.
 */
export function parseRecordSource(flags: RecordFlags, machine: Machine): RecordSource | undefined {
  const given = [
    ['--record', flags.record],
    ['--record-image', flags.recordImage],
    ['--record-copy', flags.recordCopy],
  ].flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [{ name, value }]));
  const [first, second] = given;
  if (first === undefined) return undefined;
  if (second !== undefined) throw usageError(`${first.name} and ${second.name} cannot be given together`);
  if (first.name === '--record') {
    return {
      kind: 'files',
      files: readRecordFile(first.value, machine),
      origin: `the record ${first.value}`,
    };
  }
  return {
    kind: first.name === '--record-image' ? 'record-image' : 'copy',
    image: {
      location: parseImageLocation({ name: first.name, text: first.value }, flags, machine),
      tag: undefined,
    },
    origin: first.value,
  };
}

/** The image that it is in, if it is in one: flags about registries may be meant for that. */
export function recordLocations(source: RecordSource | undefined): readonly ImageLocation[] {
  return source === undefined || source.kind === 'files' ? [] : [source.image.location];
}
