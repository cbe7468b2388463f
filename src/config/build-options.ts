import type { BuildOptions } from '../model/options.ts';
import { deepFreeze } from './deep-freeze.ts';
import { refusePageAtOutput } from './html-path.ts';
import { parseTag } from './image-tag.ts';
import { type LayerFlags, parseLayerOptions } from './layer-options.ts';
import type { Machine } from './machine.ts';
import { type OutputFlags, parseOutputTarget } from './output-target.ts';
import { parsePlanFlags, type RawPlanFlags, readImage } from './plan-options.ts';
import { parseRecordSource, type RecordFlags, recordLocations } from './record-source.ts';
import { REGISTRY_PREFIX } from './registry-location.ts';
import { refuseNamelessToc } from './toc-image-name.ts';
import { usageError } from './usage-error.ts';

/** The flags of `layah build` as given; undefined or empty where they were not. */
export interface RawBuildFlags extends RawPlanFlags, LayerFlags, OutputFlags, RecordFlags {
  readonly tag: string | undefined;
  readonly compressed: boolean;
}

/**
 * Every option of `layah build` with its default resolved, frozen.
 * @throws LayahError `usage` for flags and variables, `bad-config` or `read-failed` for the files that they name.
 */
export function parseBuildOptions(raw: RawBuildFlags, machine: Machine): BuildOptions {
  const output = parseOutputTarget(raw, machine);
  const record = parseRecordSource(raw, machine);
  const parsed = {
    ...parsePlanFlags(raw, machine, [output, ...recordLocations(record)]),
    ...parseLayerOptions(layerFlags(raw), machine),
    output,
    tag: resolveTag(raw),
    record,
  };
  if (parsed.externalToc) refuseNamelessToc(parsed);
  refusePageAtOutput(parsed.htmlPath, output);
  return deepFreeze({ ...parsed, ...readImage(raw, machine) });
}

function resolveTag({ tag, output }: RawBuildFlags): string | undefined {
  if (tag === undefined) return undefined;
  if (output?.startsWith(REGISTRY_PREFIX) !== true) return parseTag(tag);
  throw usageError('--tag: the image is already named by --output', 'Leave --tag out.');
}

/** `--compressed` is chunkah's way to ask for gzip. */
function layerFlags(raw: RawBuildFlags): LayerFlags {
  if (!raw.compressed) return raw;
  if (raw.compression === undefined || raw.compression === 'gzip') return { ...raw, compression: 'gzip' };
  throw usageError(`--compressed means --compression gzip and contradicts --compression ${raw.compression}`);
}
