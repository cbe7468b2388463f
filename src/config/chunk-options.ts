import {
  CHUNK_STRATEGIES,
  type ChunkAddOptions,
  type ChunkCleanOptions,
  type ChunkCompareOptions,
  type ChunkEstargzOptions,
  type ChunkExportOptions,
  type ChunkStoreOptions,
  type ChunkStrategy,
  type ChunkVerifyOptions,
  type ImageToChunk,
  type StrategyName,
} from '../model/chunk-options.ts';
import type { LayerFormat } from '../model/layer.ts';
import type { OutputTarget } from '../model/options.ts';
import { parseByteSize } from './byte-size.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseImageSelection, type SelectionFlags } from './image-selection.ts';
import { parseTag } from './image-tag.ts';
import { type LayerFlags, parseLayerOptions } from './layer-options.ts';
import { environmentValue, type Machine } from './machine.ts';
import { parseOutputTarget } from './output-target.ts';
import { parseReadLimits, type ReadLimitFlags } from './read-limits.ts';
import { refuseUnusedRegistryFlags, REGISTRY_PREFIX, type RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

export interface RawChunkAddFlags extends ReadLimitFlags, SelectionFlags {
  readonly image: string;
  readonly store: string | undefined;
  readonly name: string | undefined;
  readonly strategy: string | undefined;
  readonly chunkSize: string | undefined;
  readonly filesystem: boolean;
  readonly noFilesystem: boolean;
}

/** `layah chunk add`, frozen. @throws LayahError `usage` */
export function parseChunkAddOptions(raw: RawChunkAddFlags, machine: Machine): ChunkAddOptions {
  if (raw.name === '') throw usageError('--name: the name is empty');
  const image = imageToChunk(raw.image, raw, machine);
  refuseUnusedRegistryFlags(raw, [image.location]);
  return deepFreeze({
    image,
    store: parseStore(raw.store, machine),
    name: raw.name,
    strategy: parseStrategy(raw.strategy, raw.chunkSize),
    filesystem: parseFilesystem(raw),
  });
}

export interface RawChunkCompareFlags extends ReadLimitFlags, SelectionFlags {
  readonly images: readonly string[];
  readonly strategy: string | undefined;
  readonly chunkSize: string | undefined;
  readonly filesystem: boolean;
  readonly noFilesystem: boolean;
  readonly svg: string | undefined;
}

const COMPARED_SIZES = '16KiB,64KiB,256KiB,1MiB';

/** `layah chunk compare`, frozen. @throws LayahError `usage` */
export function parseChunkCompareOptions(raw: RawChunkCompareFlags, machine: Machine): ChunkCompareOptions {
  if (raw.images.length === 0) throw usageError('no IMAGE given');
  if (raw.svg === '') throw usageError('--svg: the path is empty');
  const names = (raw.strategy ?? CHUNK_STRATEGIES.join(',')).split(',').map(parseStrategyName);
  const sizes = (raw.chunkSize ?? COMPARED_SIZES).split(',').map(parseChunkSize);
  const images = raw.images.map((text) => imageToChunk(text, raw, machine));
  refuseUnusedRegistryFlags(
    raw,
    images.map(({ location }) => location),
  );
  return deepFreeze({
    images,
    strategies: [...new Set(names)].flatMap((name): ChunkStrategy[] =>
      name === 'file-boundary'
        ? [{ name }]
        : [...new Set(sizes)].map((chunkSizeBytes) => ({ name, chunkSizeBytes })),
    ),
    filesystem: parseFilesystem(raw),
    svg: raw.svg,
  });
}

export interface RawChunkStoreFlags {
  readonly store: string | undefined;
  readonly images: readonly string[];
}

/** `layah chunk stats` and `remove`, frozen. @throws LayahError `usage` */
export function parseChunkStoreOptions(raw: RawChunkStoreFlags, machine: Machine): ChunkStoreOptions {
  return deepFreeze({ store: parseStore(raw.store, machine), images: raw.images });
}

/** `layah chunk verify`, frozen. @throws LayahError `usage` */
export function parseChunkVerifyOptions(
  { store, dropDamaged }: { readonly store: string | undefined; readonly dropDamaged: boolean },
  machine: Machine,
): ChunkVerifyOptions {
  return deepFreeze({ store: parseStore(store, machine), dropDamaged });
}

/** `layah chunk clean`, frozen. @throws LayahError `usage` */
export function parseChunkCleanOptions(
  { store, all }: { readonly store: string | undefined; readonly all: boolean },
  machine: Machine,
): ChunkCleanOptions {
  return deepFreeze({ store: parseStore(store, machine), all });
}

export interface RawChunkExportFlags extends LayerFlags, RegistryFlags {
  readonly store: string | undefined;
  readonly image: string | undefined;
  readonly output: string | undefined;
  readonly tag: string | undefined;
  readonly force: boolean;
}

/** `layah chunk restore`, frozen: layers as they were, uncompressed. @throws LayahError `usage` */
export function parseChunkRestoreOptions(raw: RawChunkExportFlags, machine: Machine): ChunkExportOptions {
  return exportOptions(raw, { format: 'none', output: parseOutputTarget(raw, machine) }, machine);
}

/** `layah chunk push`, frozen: `[IMAGE] docker://REF`. @throws LayahError `usage` */
export function parseChunkPushOptions(raw: RawChunkExportFlags, machine: Machine): ChunkExportOptions {
  const isAlone = raw.output === undefined && raw.image?.startsWith(REGISTRY_PREFIX) === true;
  const flags = isAlone ? { ...raw, output: raw.image, image: undefined } : raw;
  if (flags.output?.startsWith(REGISTRY_PREFIX) !== true) {
    throw usageError(
      `chunk push needs a place in a registry${flags.output === undefined ? '' : `, not ${flags.output}`}`,
      'Write it behind the image: layah chunk push IMAGE docker://REGISTRY/NAME:TAG',
    );
  }
  return exportOptions(
    flags,
    { format: 'estargz', output: parseOutputTarget(flags, machine, 'DST') },
    machine,
  );
}

/** `layah chunk estargz`, frozen. @throws LayahError `usage` */
export function parseChunkEstargzOptions(
  raw: LayerFlags & RawChunkStoreFlags,
  machine: Machine,
): ChunkEstargzOptions {
  return deepFreeze({
    store: parseStore(raw.store, machine),
    images: raw.images,
    layers: parseLayerOptions({ ...raw, compression: 'estargz' }, machine),
  });
}

function exportOptions(
  raw: RawChunkExportFlags,
  { format, output }: { readonly format: LayerFormat; readonly output: OutputTarget },
  machine: Machine,
): ChunkExportOptions {
  refuseUnusedRegistryFlags(raw, [output]);
  if (raw.tag !== undefined && output.kind === 'registry') {
    throw usageError('--tag: the image is already named by --output', 'Leave --tag out.');
  }
  return deepFreeze({
    store: parseStore(raw.store, machine),
    image: raw.image,
    output,
    tag: raw.tag === undefined ? undefined : parseTag(raw.tag),
    ...parseLayerOptions({ ...raw, compression: format }, machine),
  });
}

function imageToChunk(text: string, raw: ReadLimitFlags & SelectionFlags, machine: Machine): ImageToChunk {
  const selection = parseImageSelection({ name: 'IMAGE', text }, raw, machine);
  return { ...selection, text, ...parseReadLimits(raw) };
}

function parseStore(flag: string | undefined, machine: Machine): string {
  const store = flag ?? environmentValue(machine, 'LAYAH_CHUNK_STORE');
  if (store !== undefined && store !== '') return store;
  throw usageError('no chunk store given', 'Name its directory with --store DIR or in LAYAH_CHUNK_STORE.');
}

const DEFAULT_CHUNK_SIZE = '64KiB';
const KIB = 1024;
/** Of chunks on average. */
export const CHUNK_RANGE = { minBytes: KIB, maxBytes: 16 * KIB * KIB };

function parseStrategy(strategy: string = 'content-defined', chunkSize: string | undefined): ChunkStrategy {
  const name = parseStrategyName(strategy);
  if (name !== 'file-boundary') {
    return { name, chunkSizeBytes: parseChunkSize(chunkSize ?? DEFAULT_CHUNK_SIZE) };
  }
  if (chunkSize === undefined) return { name };
  throw usageError(
    '--chunk-size means nothing with --strategy file-boundary, where every file is one chunk',
    'Leave one of them out.',
  );
}

function parseStrategyName(text: string): StrategyName {
  const found = CHUNK_STRATEGIES.find((name) => name === text);
  if (found !== undefined) return found;
  throw usageError(`--strategy: ${JSON.stringify(text)} is none of ${CHUNK_STRATEGIES.join(', ')}`);
}

function parseChunkSize(text: string): number {
  return parseByteSize('--chunk-size', text, CHUNK_RANGE);
}

function parseFilesystem({
  filesystem,
  noFilesystem,
}: {
  readonly filesystem: boolean;
  readonly noFilesystem: boolean;
}): boolean {
  if (filesystem && noFilesystem) throw usageError('--filesystem and --no-filesystem contradict each other');
  return !noFilesystem;
}
