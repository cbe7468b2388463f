import type { Chunking, ChunkStrategy } from '../model/chunk-options.ts';
import { unreachable } from '../model/errors.ts';
import type { Cutter } from './cutter.ts';
import { chunkSizesAround, createFastCdc } from './fastcdc.ts';
import { createFixedSize } from './fixed-size.ts';

export function createCutter(strategy: ChunkStrategy): Cutter {
  switch (strategy.name) {
    case 'fixed-size':
      return createFixedSize(strategy.chunkSizeBytes);
    case 'content-defined':
      return createFastCdc(chunkSizesAround(strategy.chunkSizeBytes));
    case 'file-boundary':
      return UNCUT;
    default:
      return unreachable(strategy);
  }
}

/** Chunks end with the files. */
const UNCUT: Cutter = { nextCut: () => undefined, reset: () => {} };

/** `content-defined-65536-fs`: part of the names of indexes, since each way to cut a layer gives another. */
export function chunkingLabel({ strategy, filesystem }: Chunking): string {
  const size = strategy.name === 'file-boundary' ? [] : [String(strategy.chunkSizeBytes)];
  return [strategy.name, ...size, ...(filesystem ? ['fs'] : [])].join('-');
}
