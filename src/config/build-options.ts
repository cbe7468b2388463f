import type { BuildOptions } from '../model/options.ts';
import { type ComponentFlags, parseComponentFlags } from './component-flags.ts';
import { resolveCreatedSeconds } from './created-time.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type ConfigFlags, readImageConfig } from './image-config-source.ts';
import { parseTag } from './image-tag.ts';
import { type LayerFlags, parseLayerOptions } from './layer-options.ts';
import { environmentValue, type Machine } from './machine.ts';
import { type OutputFlags, parseOutputTarget } from './output-target.ts';
import { parsePrunePattern } from './prune-patterns.ts';
import { REGISTRY_PREFIX } from './registry-location.ts';
import { editedImage, type ImageFlags } from './source-image.ts';
import { usageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

/** The flags of `layah build` as given; undefined or empty where they were not. */
export interface RawBuildFlags extends ComponentFlags, ConfigFlags, ImageFlags, LayerFlags, OutputFlags {
  readonly rootfs: string | undefined;
  readonly tag: string | undefined;
  readonly maxLayers: string | undefined;
  readonly compressed: boolean;
  readonly prune: readonly string[];
  readonly skipSpecialFiles: boolean;
  readonly sourceDateEpoch: string | undefined;
}

const DEFAULT_MAX_LAYERS = 64;

/**
 * Every option of `layah build` with its default resolved, frozen.
 * @throws LayahError `usage` for flags and variables, `bad-config` or `read-failed` for the files that they name.
 */
export function parseBuildOptions(raw: RawBuildFlags, machine: Machine): BuildOptions {
  const parsed = {
    maxLayers: parseMaxLayers(raw.maxLayers),
    ...parseLayerOptions(layerFlags(raw), machine),
    rootfs: resolveRootfs(raw.rootfs, machine),
    output: parseOutputTarget(raw, machine),
    tag: resolveTag(raw),
    prune: raw.prune.map((text) => parsePrunePattern(text)),
    skipSpecialFiles: raw.skipSpecialFiles,
    ...parseComponentFlags(raw, machine),
  };
  // The config comes last: nobody should have to type it into a terminal to learn of a mistyped flag.
  const image = editedImage(readImageConfig(raw, machine), raw, machine);
  const createdSeconds = resolveCreatedSeconds(raw.sourceDateEpoch, image.createdSeconds, machine);
  return deepFreeze({ ...parsed, image, createdSeconds });
}

function resolveTag({ tag, output }: RawBuildFlags): string | undefined {
  if (tag === undefined) return undefined;
  if (output?.startsWith(REGISTRY_PREFIX) !== true) return parseTag(tag);
  throw usageError('--tag: the image is already named by --output', 'Leave --tag out.');
}

function parseMaxLayers(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MAX_LAYERS;
  return parseWholeNumber('--max-layers', text, { min: 1, max: 1000 });
}

function resolveRootfs(flag: string | undefined, machine: Machine): string {
  if (flag === '') throw usageError('--rootfs: the path is empty');
  const named =
    flag ?? environmentValue(machine, 'LAYAH_ROOTFS') ?? environmentValue(machine, 'CHUNKAH_ROOTFS');
  const rootfs = named ?? ['/layah', '/chunkah'].find((path) => machine.isDirectory(path));
  if (rootfs !== undefined) return rootfs;
  throw usageError(
    '--rootfs: no root filesystem given',
    'Use --rootfs DIR, set LAYAH_ROOTFS or CHUNKAH_ROOTFS, or mount the image on /layah or /chunkah.',
  );
}

/** `--compressed` is chunkah's way to ask for gzip. */
function layerFlags(raw: RawBuildFlags): LayerFlags {
  if (!raw.compressed) return raw;
  if (raw.compression === undefined || raw.compression === 'gzip') return { ...raw, compression: 'gzip' };
  throw usageError(`--compressed means --compression gzip and contradicts --compression ${raw.compression}`);
}
