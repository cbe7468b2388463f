/*
 * Images of a chunk store for others: as they were, or as eStargz.
 *
 *   chunks: index -> layer as a tar -> what layah convert does with it
 */
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ChunkStore, openChunkStore, storeWriteFailed } from '../chunks/store.ts';
import { findStoredImage, listImages, readImage, type StoredImage } from '../chunks/stored-image.ts';
import type { ChunkEstargzOptions, ChunkExportOptions } from '../model/chunk-options.ts';
import type { EstargzImage } from '../model/chunk-report.ts';
import { LayahError } from '../model/errors.ts';
import type { LayerOptions, OutputTarget } from '../model/options.ts';
import { convertFrom } from './convert.ts';
import type { ConvertSummary, RunContext } from './run.ts';
import { openStoredImage } from './stored-image-source.ts';

/** @throws LayahError; the destination is then as it was before. */
export async function runChunkExport(
  options: ChunkExportOptions,
  context: RunContext,
): Promise<ConvertSummary> {
  const store = openChunkStore(options.store);
  return exportImage({ ...options, store, image: chooseImage(store, options.image) }, context);
}

/** Every image, or those that are named. @throws LayahError */
export async function runChunkEstargz(
  options: ChunkEstargzOptions,
  context: RunContext,
): Promise<readonly EstargzImage[]> {
  const store = openChunkStore(options.store);
  const images =
    options.images.length === 0
      ? listImages(store).flatMap(({ name }) => readImage(store, name) ?? [])
      : options.images.map((text) => findStoredImage(store, text));
  if (images.length === 0) {
    throw new LayahError({
      code: 'bad-store',
      message: `the chunk store ${store.directory} has no images`,
      hint: 'layah chunk add puts one in.',
    });
  }
  const written: EstargzImage[] = [];
  for (const image of images) {
    const directory = join(estargzDirectory(store), directoryName(image.name));
    const output: OutputTarget = { kind: 'oci-directory', path: directory, replace: true };
    const summary = await exportImage({ ...options.layers, store, image, output, tag: undefined }, context);
    const bytes = summary.layers.reduce((sum, layer) => sum + layer.bytes, 0);
    written.push({ name: image.name, directory, manifestDigest: summary.digest, bytes });
  }
  return written;
}

/** The only one, where none is named. */
function chooseImage(store: ChunkStore, text: string | undefined): StoredImage {
  if (text !== undefined) return findStoredImage(store, text);
  const [only, ...others] = listImages(store);
  if (only !== undefined && others.length === 0) return findStoredImage(store, only.name);
  throw new LayahError({
    code: 'bad-store',
    message: `the chunk store ${store.directory} has ${only === undefined ? 'no' : others.length + 1} images`,
    hint: 'Say which one: layah chunk stats lists them.',
  });
}

interface ImageExport extends LayerOptions {
  readonly store: ChunkStore;
  readonly image: StoredImage;
  readonly output: OutputTarget;
  readonly tag: string | undefined;
}

async function exportImage(
  { store, image, ...rest }: ImageExport,
  context: RunContext,
): Promise<ConvertSummary> {
  const source = openStoredImage(store, image);
  const options = {
    ...rest,
    source: { kind: 'oci-directory', path: store.directory },
    sourceTag: undefined,
    platforms: [],
    keepDiffId: false,
    enforcesLevel: false,
    record: undefined,
    // What a store has was let in before.
    maxInflatedBytes: Number.MAX_SAFE_INTEGER,
    maxEntries: Number.MAX_SAFE_INTEGER,
  } as const;
  try {
    return await convertFrom(source, options, context);
  } finally {
    await source.close();
  }
}

function estargzDirectory({ directory }: ChunkStore): string {
  const path = join(directory, 'estargz');
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    throw storeWriteFailed(directory, thrown);
  }
  return path;
}

/** The name where it may be one of a directory, which no two images share. */
function directoryName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '');
  return safe === name ? name : `${safe.slice(0, 100)}-${hash('sha256', name, 'hex').slice(0, 8)}`;
}
