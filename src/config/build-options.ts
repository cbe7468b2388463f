import type { LayerFormat } from '../model/layer.ts';
import type { BuildOptions } from '../model/options.ts';
import { parseByteSize } from './byte-size.ts';
import { type ComponentFlags, parseComponentFlags } from './component-flags.ts';
import { resolveCreatedSeconds } from './created-time.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type ConfigFlags, readImageConfig } from './image-config-source.ts';
import { parseTag } from './image-tag.ts';
import { environmentValue, type Machine } from './machine.ts';
import { type OutputFlags, parseOutputTarget } from './output-target.ts';
import { parsePrunePattern } from './prune-patterns.ts';
import { REGISTRY_PREFIX } from './registry-location.ts';
import { editedImage, type ImageFlags } from './source-image.ts';
import { usageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

/** The flags of `layah build` as given; undefined or empty where they were not. */
export interface RawBuildFlags extends ComponentFlags, ConfigFlags, ImageFlags, OutputFlags {
  readonly rootfs: string | undefined;
  readonly tag: string | undefined;
  readonly maxLayers: string | undefined;
  readonly compression: string | undefined;
  readonly compressed: boolean;
  readonly compressionLevel: string | undefined;
  readonly chunkSize: string | undefined;
  readonly prune: readonly string[];
  readonly skipSpecialFiles: boolean;
  readonly sourceDateEpoch: string | undefined;
  readonly threads: string | undefined;
}

const DEFAULT_MAX_LAYERS = 64;
const DEFAULT_COMPRESSION_LEVEL = 6;
const KIB = 1024;
const MIB = 1024 * KIB;
const DEFAULT_CHUNK_BYTES = 4 * MIB;
const CHUNK_RANGE = { minBytes: 4 * KIB, maxBytes: 64 * MIB };
/** More than this many threads wait for the disk. */
const DEFAULT_MAX_THREADS = 16;

/**
 * Every option of `layah build` with its default resolved, frozen.
 * @throws LayahError `usage` for flags and variables, `bad-config` or `read-failed` for the files that they name.
 */
export function parseBuildOptions(raw: RawBuildFlags, machine: Machine): BuildOptions {
  const numbers = parseNumbers(raw, machine);
  const parsed = {
    rootfs: resolveRootfs(raw.rootfs, machine),
    output: parseOutputTarget(raw, machine),
    tag: resolveTag(raw),
    format: parseFormat(raw),
    prune: raw.prune.map((text) => parsePrunePattern(text)),
    skipSpecialFiles: raw.skipSpecialFiles,
    ...parseComponentFlags(raw, machine),
  };
  // The config comes last: nobody should have to type it into a terminal to learn of a mistyped flag.
  const image = editedImage(readImageConfig(raw, machine), raw, machine);
  const createdSeconds = resolveCreatedSeconds(raw.sourceDateEpoch, image.createdSeconds, machine);
  return deepFreeze({ ...numbers, ...parsed, image, createdSeconds });
}

function resolveTag({ tag, output }: RawBuildFlags): string | undefined {
  if (tag === undefined) return undefined;
  if (output?.startsWith(REGISTRY_PREFIX) !== true) return parseTag(tag);
  throw usageError('--tag: the image is already named by --output', 'Leave --tag out.');
}

type NumberOptions = Pick<BuildOptions, 'maxLayers' | 'compressionLevel' | 'chunkSizeBytes' | 'threads'>;

function parseNumbers(raw: RawBuildFlags, machine: Machine): NumberOptions {
  const { maxLayers, compressionLevel, chunkSize } = raw;
  return {
    maxLayers:
      maxLayers === undefined
        ? DEFAULT_MAX_LAYERS
        : parseWholeNumber('--max-layers', maxLayers, { min: 1, max: 1000 }),
    compressionLevel:
      compressionLevel === undefined
        ? DEFAULT_COMPRESSION_LEVEL
        : parseWholeNumber('--compression-level', compressionLevel, { min: 0, max: 9 }),
    chunkSizeBytes:
      chunkSize === undefined ? DEFAULT_CHUNK_BYTES : parseByteSize('--chunk-size', chunkSize, CHUNK_RANGE),
    threads: resolveThreads(raw.threads, machine),
  };
}

function resolveThreads(flag: string | undefined, machine: Machine): number {
  const range = { min: 1, max: 256 };
  if (flag !== undefined) return parseWholeNumber('--threads', flag, range);
  for (const name of ['LAYAH_THREADS', 'CHUNKAH_THREADS']) {
    const value = environmentValue(machine, name);
    if (value !== undefined) return parseWholeNumber(`environment variable ${name}`, value, range);
  }
  return Math.min(Math.max(machine.cpuCount, 1), DEFAULT_MAX_THREADS);
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

const FORMATS: readonly LayerFormat[] = ['estargz', 'gzip', 'none'];

/** `--compressed` is chunkah's way to ask for gzip. */
function parseFormat(raw: RawBuildFlags): LayerFormat {
  if (raw.compression === undefined) return raw.compressed ? 'gzip' : 'estargz';
  const format = FORMATS.find((name) => name === raw.compression);
  if (format === undefined) {
    throw usageError(`--compression: ${JSON.stringify(raw.compression)} is none of ${FORMATS.join(', ')}`);
  }
  if (raw.compressed && format !== 'gzip') {
    throw usageError(`--compressed means --compression gzip and contradicts --compression ${format}`);
  }
  return format;
}
