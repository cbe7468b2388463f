import { readFile } from 'node:fs/promises';

export interface CutBytes {
  readonly chunkCount: number;
  readonly uniqueBytes: number;
}

/*
 * A .caibx file of casync (caformat.h), numbers in little endian:
 *
 *     48 bytes   header, with the chunk sizes
 *     16 bytes   header of the table
 *     40 bytes   a chunk: 8 where it ends in the blob | 32 its id
 *     ...
 *     40 bytes   the end: 8 zero
 */
const CHUNKS_OFFSET = 64;
const CHUNK_BYTES = 40;

/** What a chunk store of the blobs of these indexes would hold, without compression. */
export async function readCasyncIndexes(paths: readonly string[]): Promise<CutBytes> {
  const sizes = new Map<string, number>();
  let chunkCount = 0;
  for (const path of paths) {
    const index = await readFile(path);
    let start = 0;
    for (let at = CHUNKS_OFFSET; ; at += CHUNK_BYTES) {
      const end = Number(index.readBigUInt64LE(at));
      if (end === 0) break;
      sizes.set(index.toString('hex', at + 8, at + CHUNK_BYTES), end - start);
      start = end;
      chunkCount++;
    }
  }
  return { chunkCount, uniqueBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
}
