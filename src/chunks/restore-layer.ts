import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { allocateReadBuffer } from '../model/read-buffer.ts';
import type { ChunkReference } from './index-format.ts';
import { readIndex } from './index-reader.ts';
import { type ChunkStore, chunkPath, isReadFailure, storeReadFailed } from './store.ts';
import type { StoredLayer } from './stored-image.ts';

/** Larger than most chunks: what each piece costs on its way is more than reading a chunk. */
const PIECE_BYTES = 256 << 10;

/**
 * The uncompressed tar of a layer; comes to its end only if it is the one that was added.
 * @throws LayahError `bad-store` naming what is missing or damaged.
 */
export async function* restoreLayer(store: ChunkStore, layer: StoredLayer): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of readPieces(store, layer)) {
    hash.update(piece);
    yield piece;
  }
  if (`sha256:${hash.digest('hex')}` === layer.diffId) return;
  throw new LayahError({
    code: 'bad-store',
    message: `what the chunk store has of the layer ${layer.diffId} is not that layer`,
    hint: 'layah chunk verify says which chunk is damaged; drop it with --drop-damaged, then add the image again.',
  });
}

async function* readPieces(store: ChunkStore, layer: StoredLayer): AsyncGenerator<Buffer> {
  for await (const record of readIndex(store, layer.index)) {
    switch (record.kind) {
      case 'entry':
      case 'raw':
        yield record.raw;
        break;
      case 'chunks':
        yield* readContents(store, record.chunks);
        break;
      case 'end':
        break;
    }
  }
}

/** What the chunks hold, one after the other. Synchronous: small files would wait longer for their turn than for the disk. */
function* readContents(store: ChunkStore, chunks: readonly ChunkReference[]): Generator<Buffer> {
  let leftBytes = chunks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let piece = Buffer.alloc(0);
  let filledBytes = 0;
  for (const chunk of chunks) {
    const descriptor = openChunk(store, chunk);
    try {
      for (let chunkBytes = chunk.sizeBytes; chunkBytes > 0;) {
        if (filledBytes === piece.length) {
          if (filledBytes > 0) yield piece;
          piece = allocateReadBuffer(Math.min(leftBytes, PIECE_BYTES));
          filledBytes = 0;
        }
        const target = piece.subarray(filledBytes, filledBytes + chunkBytes);
        readInto(descriptor, chunk, target);
        filledBytes += target.length;
        chunkBytes -= target.length;
        leftBytes -= target.length;
      }
    } catch (thrown) {
      throw isReadFailure(thrown) ? unreadableChunk(store, chunk, thrown) : thrown;
    } finally {
      closeSync(descriptor);
    }
  }
  yield piece;
}

/** A chunk of the right size. */
function openChunk(store: ChunkStore, chunk: ChunkReference): number {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(chunkPath(store, chunk.hex), 'r');
    const { size } = fstatSync(descriptor);
    if (size === chunk.sizeBytes) return descriptor;
    throw badChunk(chunk, `has ${size} bytes instead of ${chunk.sizeBytes}`);
  } catch (thrown) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw thrown instanceof LayahError ? thrown : unreadableChunk(store, chunk, thrown);
  }
}

function readInto(descriptor: number, chunk: ChunkReference, target: Buffer): void {
  for (let filledBytes = 0; filledBytes < target.length;) {
    const bytes = readSync(descriptor, target.subarray(filledBytes));
    if (bytes === 0) throw badChunk(chunk, 'became shorter while it was read');
    filledBytes += bytes;
  }
}

function unreadableChunk(store: ChunkStore, chunk: ChunkReference, cause: unknown): LayahError {
  if (systemErrorCode(cause) === 'ENOENT') return badChunk(chunk, 'is missing');
  return storeReadFailed(`${chunkPath(store, chunk.hex)} of the chunk store`, cause);
}

function badChunk({ hex }: ChunkReference, what: string): LayahError {
  return new LayahError({
    code: 'bad-store',
    message: `the chunk ${hex} of the chunk store ${what}`,
    hint: 'Add the images that need it again; layah chunk verify lists all that is wrong.',
  });
}
