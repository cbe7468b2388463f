/*
 * A store of any number of images that never existed: what is read of it are its images and its indexes, and its chunks
 * are files without content. Most chunks of an image are those of the image before.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createIndexWriter } from '../../../src/chunks/index-writer.ts';
import { publishImage } from '../../../src/chunks/stored-image.ts';
import { chunkPath, createChunkStore, indexName, indexPath } from '../../../src/chunks/store.ts';
import { parseDiffId, parseDigest } from '../../../src/model/digest.ts';

export interface SyntheticStore {
  readonly directory: string;
  readonly imageCount: number;
  readonly chunksPerImage: number;
  /** How many of them the image before does not have. */
  readonly newChunksPerImage: number;
}

const CHUNKING = { strategy: { name: 'fixed-size', chunkSizeBytes: 65_536 }, filesystem: false } as const;

/** @returns how many chunks there are. */
export function makeSyntheticStore(settings: SyntheticStore): number {
  const { directory, imageCount, chunksPerImage, newChunksPerImage } = settings;
  const store = createChunkStore(directory);
  // As publishImage would, were it not for waiting for the disk each time.
  const session = {
    store,
    publish: (path: string, content: string | Uint8Array) => writeFileSync(path, content),
  };
  for (let image = 0; image < imageCount; image++) {
    const first = image * newChunksPerImage;
    const name = `image-${String(image).padStart(6, '0')}`;
    const diffId = parseDiffId(`sha256:${sha256(name)}`);
    const header = { version: 1, diffId, strategy: 'fixed-size', filesystem: false } as const;
    const pieces: Uint8Array[] = [];
    const index = createIndexWriter(header, (bytes) => pieces.push(bytes));
    for (let chunk = 0; chunk < chunksPerImage; chunk++) {
      index.chunk({ hex: sha256(`chunk ${first + chunk}`), sizeBytes: 65_536 });
    }
    const totals = { sizeBytes: chunksPerImage * 65_536, entryCount: 0, chunkCount: chunksPerImage };
    index.finish(totals);
    writeFileSync(indexPath(store, indexName(diffId, CHUNKING)), Buffer.concat(pieces));
    publishImage(session, {
      name,
      source: name,
      chunking: 'fixed-size-65536',
      manifestDigest: parseDigest(`sha256:${sha256(name)}`),
      manifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
      manifest: '{}',
      config: '{}',
      layers: [{ diffId, index: indexName(diffId, CHUNKING), ...totals }],
    });
  }
  const chunkCount = (imageCount - 1) * newChunksPerImage + chunksPerImage;
  for (let chunk = 0; chunk < chunkCount; chunk++) makeChunk(chunkPath(store, sha256(`chunk ${chunk}`)));
  return chunkCount;
}

const made = new Set<string>();

function makeChunk(path: string): void {
  const directory = dirname(path);
  if (!made.has(directory)) mkdirSync(directory, { recursive: true });
  made.add(directory);
  writeFileSync(path, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
