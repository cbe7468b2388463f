/*
 * Whoever needs to know of every chunk of a store looks at a part of them at a time, so that memory is bounded however
 * many there are: those whose digests begin with certain bytes. Most stores are one part.
 */
import { type ChunkStore, chunkDirectory, listNames } from './store.ts';
import { readChunks } from './index-reader.ts';
import type { ChunkReference } from './index-format.ts';

/** The first bytes of digests, both included. */
export interface DigestRange {
  readonly first: number;
  readonly last: number;
}

/** About 100 bytes are held for each. */
const MAX_CHUNKS_AT_ONCE = 1 << 20;
const SAMPLED_DIRECTORIES = 4;

/** Digests are spread evenly: a few directories say how many chunks there are. */
export function digestRanges(store: ChunkStore, maxChunks = MAX_CHUNKS_AT_ONCE): DigestRange[] {
  let sampled = 0;
  for (let first = 0; first < SAMPLED_DIRECTORIES; first++) {
    sampled += listNames(chunkDirectory(store, first)).length;
  }
  const chunksPerDirectory = Math.max(1, sampled / SAMPLED_DIRECTORIES);
  const width = Math.min(256, Math.max(1, Math.floor(maxChunks / chunksPerDirectory)));
  const ranges: DigestRange[] = [];
  for (let first = 0; first < 256; first += width) {
    ranges.push({ first, last: Math.min(first + width, 256) - 1 });
  }
  return ranges;
}

/** The chunks of an index that are in the range. */
export async function forEachChunk(
  { store, range }: { readonly store: ChunkStore; readonly range: DigestRange },
  index: string,
  onChunk: (chunk: ChunkReference) => void,
): Promise<void> {
  const isAll = range.first === 0 && range.last === 255;
  for await (const chunks of readChunks(store, index)) {
    for (const chunk of chunks) {
      if (isAll || isInRange(chunk, range)) onChunk(chunk);
    }
  }
}

function isInRange({ hex }: ChunkReference, { first, last }: DigestRange): boolean {
  const byte = Number.parseInt(hex.slice(0, 2), 16);
  return byte >= first && byte <= last;
}
