import { ENGINE_NAMES, type EngineRequest } from '../model/gzip-engine.ts';
import type { LayahError } from '../model/errors.ts';
import type { LayerFormat } from '../model/layer.ts';
import type { LayerOptions } from '../model/options.ts';
import { parseByteSize } from './byte-size.ts';
import { parseLibdeflatePath } from './libdeflate-path.ts';
import { environmentValue, type Machine } from './machine.ts';
import { usageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

/** The flags about layers that every command has that writes some. */
export interface LayerFlags {
  readonly compression: string | undefined;
  readonly gzipEngine: string | undefined;
  readonly compressionLevel: string | undefined;
  readonly chunkSize: string | undefined;
  readonly minChunkSize: string | undefined;
  readonly externalToc: boolean;
  readonly threads: string | undefined;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const DEFAULT_CHUNK_BYTES = 4 * MIB;
const CHUNK_RANGE = { minBytes: 4 * KIB, maxBytes: 64 * MIB };
/** A reader that wants one file inflates the whole gzip member that it is in. */
const MIN_CHUNK_RANGE = { minBytes: 0, maxBytes: 4 * MIB };
/** More than this many threads wait for the disk. */
const DEFAULT_MAX_THREADS = 16;

/** @throws LayahError `usage` */
export function parseLayerOptions(flags: LayerFlags, machine: Machine): LayerOptions {
  const { chunkSize } = flags;
  const format = parseFormat(flags.compression);
  return {
    format,
    engine: parseEngine(flags, machine),
    chunkSizeBytes:
      chunkSize === undefined ? DEFAULT_CHUNK_BYTES : parseByteSize('--chunk-size', chunkSize, CHUNK_RANGE),
    minChunkSizeBytes: parseMinChunkSize(flags.minChunkSize, format),
    externalToc: parseExternalToc(flags.externalToc, format),
    threads: resolveThreads(flags.threads, machine),
  };
}

const FORMATS: readonly LayerFormat[] = ['estargz', 'gzip', 'none'];

function parseFormat(text = 'estargz'): LayerFormat {
  const format = FORMATS.find((name) => name === text);
  if (format !== undefined) return format;
  throw usageError(`--compression: ${JSON.stringify(text)} is none of ${FORMATS.join(', ')}`);
}

function parseEngine({ gzipEngine = 'auto', compressionLevel }: LayerFlags, machine: Machine): EngineRequest {
  const names = ['auto', ...ENGINE_NAMES] as const;
  const name = names.find((candidate) => candidate === gzipEngine);
  if (name === undefined) {
    throw usageError(`--gzip-engine: ${JSON.stringify(gzipEngine)} is none of ${names.join(', ')}`);
  }
  // With auto only what every engine's scale has.
  const range = { min: 0, max: name === 'libdeflate' ? 12 : 9 };
  const level =
    compressionLevel === undefined
      ? undefined
      : parseWholeNumber('--compression-level', compressionLevel, range);
  return { name, level, libdeflatePath: parseLibdeflatePath(machine) };
}

function parseMinChunkSize(text: string | undefined, format: LayerFormat): number {
  if (text === undefined) return 0;
  const bytes = parseByteSize('--min-chunk-size', text, MIN_CHUNK_RANGE);
  if (bytes > 0 && format !== 'estargz') throw onlyEstargz('--min-chunk-size', format);
  return bytes;
}

function parseExternalToc(isSet: boolean, format: LayerFormat): boolean {
  if (isSet && format !== 'estargz') throw onlyEstargz('--external-toc', format);
  return isSet;
}

function onlyEstargz(flag: string, format: LayerFormat): LayahError {
  return usageError(
    `${flag} is about eStargz and means nothing with --compression ${format}`,
    'Leave one of the two out.',
  );
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
