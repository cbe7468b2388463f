import type { ConvertOptions } from '../model/options.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseTag } from './image-tag.ts';
import { type LayerFlags, parseLayerOptions } from './layer-options.ts';
import type { Machine } from './machine.ts';
import { parseImageLocation, parseOutputTarget, splitTag } from './output-target.ts';
import { parsePlatform } from './platform.ts';
import { parseReadLimits, type ReadLimitFlags } from './read-limits.ts';
import { parseRecordSource, type RecordFlags, recordLocations } from './record-source.ts';
import { refuseUnusedRegistryFlags, REGISTRY_PREFIX } from './registry-location.ts';
import { usageError } from './usage-error.ts';

/** The arguments of `layah convert` as given; undefined or empty where they were not. */
export interface RawConvertFlags extends LayerFlags, ReadLimitFlags, RecordFlags {
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly tag: string | undefined;
  readonly force: boolean;
  readonly platform: readonly string[];
  readonly keepDiffId: boolean;
}

/** Every option of `layah convert`, frozen. @throws LayahError `usage` */
export function parseConvertOptions(raw: RawConvertFlags, machine: Machine): ConvertOptions {
  const { source: from, destination: to } = raw;
  if (from === undefined || to === undefined) throw missingArgument(from === undefined ? 'SRC' : 'DST');
  const origin = splitTag(from);
  const destination = splitTag(to);
  const source = parseImageLocation({ name: 'SRC', text: origin.location }, raw, machine);
  const output = parseOutputTarget(
    { ...raw, output: destination.location, force: raw.force },
    machine,
    'DST',
  );
  const record = parseRecordSource(raw, machine);
  refuseUnusedRegistryFlags(raw, [source, output, ...recordLocations(record)]);
  return deepFreeze({
    source,
    // Any text may name an image in an index, so the grammar of tags does not apply to what others wrote.
    sourceTag: origin.tag,
    output,
    tag: resolveTag(raw, destination.tag),
    platforms: raw.platform.map((text) => parsePlatform(text)),
    ...parseLayerOptions(raw, machine),
    record,
    ...parseReadLimits(raw),
    keepDiffId: parseKeepDiffId(raw),
    enforcesLevel: raw.compressionLevel !== undefined || raw.gzipEngine !== undefined,
  });
}

function parseKeepDiffId(raw: RawConvertFlags): boolean {
  const { externalToc, keepDiffId } = raw;
  if (keepDiffId && !externalToc) {
    throw usageError(
      '--keep-diff-id needs --external-toc: a TOC in the layer would change its diff ID',
      'Add --external-toc.',
    );
  }
  if (keepDiffId && [raw.record, raw.recordImage, raw.recordCopy].some((given) => given !== undefined)) {
    throw usageError(
      '--keep-diff-id leaves the order of files as it is, so none can be put first for prefetching',
      'Leave out either --keep-diff-id or the record.',
    );
  }
  return keepDiffId;
}

function missingArgument(name: string): Error {
  return usageError(
    `no ${name} given`,
    'Name an image and a place for the new one: layah convert oci:DIR docker://quay.io/me/app:1',
  );
}

function resolveTag({ tag, destination }: RawConvertFlags, behind: string | undefined): string | undefined {
  if (behind !== undefined && tag !== undefined) {
    throw usageError(`--tag: DST has a tag already: ${JSON.stringify(behind)}`, 'Leave one of them out.');
  }
  if (tag !== undefined && destination?.startsWith(REGISTRY_PREFIX) === true) {
    throw usageError('--tag: the image is already named by DST', 'Leave --tag out.');
  }
  const given = tag ?? behind;
  return given === undefined ? undefined : parseTag(given);
}
