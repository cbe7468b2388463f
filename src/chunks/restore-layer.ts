import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import type { ChunkReference } from './index-format.ts';
import { readIndex } from './index-reader.ts';
import { type ChunkStore, chunkPath } from './store.ts';
import type { StoredLayer } from './stored-image.ts';

/** A larger chunk is read in pieces. */
const MAX_WHOLE_BYTES = 4 << 20;

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
        for (const chunk of record.chunks) yield* readChunk(store, chunk);
        break;
      case 'end':
        break;
    }
  }
}

async function* readChunk(store: ChunkStore, chunk: ChunkReference): AsyncGenerator<Buffer> {
  const path = chunkPath(store, chunk.hex);
  let bytes = 0;
  try {
    if (chunk.sizeBytes <= MAX_WHOLE_BYTES) {
      // Thousands of small files: each would wait longer for its turn than for the disk.
      const content = readFileSync(path);
      bytes = content.length;
      yield content;
    } else {
      for await (const piece of openPieces(path)) {
        bytes += piece.length;
        yield piece;
      }
    }
  } catch (thrown) {
    throw badChunk(chunk, systemErrorCode(thrown) === 'ENOENT' ? 'is missing' : 'cannot be read', thrown);
  }
  if (bytes !== chunk.sizeBytes) throw badChunk(chunk, `has ${bytes} bytes instead of ${chunk.sizeBytes}`);
}

function openPieces(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: MAX_WHOLE_BYTES });
}

function badChunk({ hex }: ChunkReference, what: string, cause?: unknown): LayahError {
  return new LayahError({
    code: 'bad-store',
    message: `the chunk ${hex} of the chunk store ${what}`,
    hint: 'Add the images that need it again; layah chunk verify lists all that is wrong.',
    cause: systemErrorCode(cause) === 'ENOENT' ? undefined : cause,
  });
}
