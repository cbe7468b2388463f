import { LayahError } from '../model/errors.ts';
import { PREFETCH_LANDMARK, TOC_DIGEST_ANNOTATION } from '../model/estargz.ts';
import type { RecordedFile } from '../model/record.ts';
import { rootfsPathFromText } from '../model/rootfs-path.ts';
import type { ReadDescriptor, ReadManifest } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { locateToc } from './locate-toc.ts';
import type { ReadTocEntry } from './toc.ts';
import { createTocImages, type TocImages } from './toc-images.ts';

export interface LocatedManifest {
  readonly manifest: ReadManifest;
  readonly descriptor: ReadDescriptor;
}

/**
 * The files that an eStargz image has before its prefetch landmarks, bottom layer first, each layer in its order. Only
 * tables of contents are read.
 * @throws LayahError `bad-record` when no layer has such a landmark, `bad-image` when a table cannot be read.
 */
export async function prefetchedFiles(
  store: ImageStore,
  { manifest, descriptor }: LocatedManifest,
): Promise<RecordedFile[]> {
  const files: RecordedFile[] = [];
  const tocImages = createTocImages(store, descriptor);
  let landmarks = 0;
  for (const [layerIndex, layer] of manifest.layers.entries()) {
    const entries = await readTocEntries(store, layer, tocImages);
    const landmark = entries.find(({ name }) => rootfsPathFromText(name) === PREFETCH_LANDMARK)?.offset;
    if (landmark === undefined) continue;
    landmarks++;
    for (const { name } of entries.filter((entry) => isBefore(entry, landmark))) {
      files.push({ path: rootfsPathFromText(name), manifestDigest: descriptor.digest, layerIndex });
    }
  }
  if (landmarks === 0) throw noLandmark(store.location);
  return files;
}

function isBefore({ type, size = 0, offset = 0 }: ReadTocEntry, landmark: number): boolean {
  return type === 'reg' && size > 0 && offset < landmark;
}

async function readTocEntries(
  store: ImageStore,
  layer: ReadDescriptor,
  tocImages: TocImages,
): Promise<readonly ReadTocEntry[]> {
  const { digest } = layer;
  const annotations = layer.annotations ?? {};
  if (annotations[TOC_DIGEST_ANNOTATION] === undefined) return [];
  const sizeBytes = layer.size;
  const located = await locateToc({ store, digest, sizeBytes, annotations, tocImages }, (_, problem) => {
    throw new LayahError({
      code: 'bad-image',
      message: `the layer ${digest} of ${store.location}: ${problem}`,
    });
  });
  return located.kind === 'located' ? located.toc.entries : [];
}

function noLandmark(location: string): LayahError {
  return new LayahError({
    code: 'bad-record',
    message: `no layer of ${location} says what to prefetch: none has the entry ${PREFETCH_LANDMARK}`,
    hint: 'Make a record with layah record run or layah record from-paths instead.',
  });
}
