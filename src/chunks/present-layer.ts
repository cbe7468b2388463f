import { statSync } from 'node:fs';
import { LayahError } from '../model/errors.ts';
import type { ChunkReference, LayerTotals } from './index-format.ts';
import { readChunks, readIndex } from './index-reader.ts';
import { type ChunkStore, chunkPath, indexPath } from './store.ts';

export interface PresentLayer extends LayerTotals {
  readonly chunkBytes: number;
}

/** What an index says, when the store has it and all its chunks; their content is not looked at. */
export async function presentLayer(store: ChunkStore, index: string): Promise<PresentLayer | undefined> {
  if (statSync(indexPath(store, index), { throwIfNoEntry: false }) === undefined) return undefined;
  let chunkBytes = 0;
  try {
    for await (const record of readIndex(store, index)) {
      if (record.kind === 'end') return { ...record.totals, chunkBytes };
      if (record.kind !== 'chunks') continue;
      if (!record.chunks.every((chunk) => isPresent(store, chunk))) return undefined;
      chunkBytes += record.chunks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    }
  } catch (thrown) {
    // A damaged index is written anew.
    if (!(thrown instanceof LayahError)) throw thrown;
  }
  return undefined;
}

/** How many chunks of an index the store does not have, or not in their size. */
export async function missingChunks(store: ChunkStore, index: string): Promise<number> {
  let count = 0;
  for await (const chunks of readChunks(store, index)) {
    count += chunks.filter((chunk) => !isPresent(store, chunk)).length;
  }
  return count;
}

function isPresent(store: ChunkStore, { hex, sizeBytes }: ChunkReference): boolean {
  return statSync(chunkPath(store, hex), { throwIfNoEntry: false })?.size === sizeBytes;
}
