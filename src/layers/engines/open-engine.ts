import { constants, crc32, deflateRawSync } from 'node:zlib';
import { unreachable } from '../../model/errors.ts';
import { engineIdentity, type EngineName, type GzipEngine } from '../../model/gzip-engine.ts';
import type { DeflateEngine } from '../gzip.ts';
import { loadLibdeflate } from './libdeflate.ts';

/** Makes an engine for a level. */
export type EngineFactory = (level: number) => Deflater;

export type Deflater = Omit<DeflateEngine, 'identity'>;

/** Each thread opens its own. */
export async function openEngine(engine: GzipEngine): Promise<DeflateEngine> {
  const createEngine = await loadEngine(engine.name, engine.library);
  return { ...createEngine(engine.level), identity: engineIdentity(engine) };
}

/** Libraries are loaded when they are wanted: few runs need all. @param library - only for libdeflate. */
export async function loadEngine(name: EngineName, library: string | undefined): Promise<EngineFactory> {
  switch (name) {
    case 'libdeflate':
      return loadLibdeflate(library);
    case 'zlib':
      return zlibEngine;
    case 'pako':
      return loadPako();
    default:
      return unreachable(name);
  }
}

/** The system gives back what is larger when it is freed, and every page of it costs again when it is touched. */
const MAX_ZLIB_CHUNK_BYTES = 64 << 10;

function zlibEngine(level: number): Deflater {
  return {
    crc32,
    deflate(input, output) {
      // Room for all that most inputs give, so that nothing has to be joined.
      const chunkSize = Math.min(Math.max(input.length, constants.Z_MIN_CHUNK), MAX_ZLIB_CHUNK_BYTES);
      return copy(deflateRawSync(input, { level, chunkSize }), output);
    },
    deflatePart: ({ input, window, isLast }, output) => {
      const finishFlush = isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
      const dictionary = window.length > 0 ? { dictionary: window } : {};
      return copy(deflateRawSync(input, { level, finishFlush, ...dictionary }), output);
    },
  };
}

/** zlib.h */
const Z_SYNC_FLUSH = 2;

async function loadPako(): Promise<EngineFactory> {
  const { Deflate, deflateRaw } = await import('pako');
  return (level) => ({
    crc32,
    deflate: (input, output) => copy(deflateRaw(input, { level }), output),
    deflatePart: ({ input, window, isLast }, output) => {
      const deflater = new Deflate({ level, raw: true, ...(window.length > 0 && { dictionary: window }) });
      let size = 0;
      deflater.onData = (bytes) => (size += copy(bytes, output.subarray(size)));
      deflater.push(input, isLast || Z_SYNC_FLUSH);
      return size;
    },
  });
}

function copy(deflated: Uint8Array, output: Uint8Array): number {
  output.set(deflated);
  return deflated.length;
}
