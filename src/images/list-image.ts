/*
 * What all layers of an image hold, each read once and several at a time.
 */
import type { DiffId, Digest } from '../model/digest.ts';
import type { ReadLimits } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import type { ReadDescriptor, ReadImageConfig, ReadManifest } from '../oci/schemas.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import type { ImageStore } from './image-store.ts';
import type { EntryObserver } from './layer-entries.ts';
import { type ListedLayer, listLayer } from './list-layer.ts';
import { createReadBudget } from './read-budget.ts';
import { createTocImages } from './toc-images.ts';

export interface SelectedImage {
  readonly descriptor: ReadDescriptor;
  readonly manifest: ReadManifest;
  readonly config: ReadImageConfig;
}

export interface ImageLayer extends ListedLayer {
  readonly descriptor: ReadDescriptor;
  /** Undefined when the config names none. */
  readonly diffId: DiffId | undefined;
}

export interface ImageListingRun {
  readonly limits: ReadLimits;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** For one layer; see `ListingInput`. */
  readonly observe: () => readonly EntryObserver[];
  /** Layers that were listed already, for another image; those of this one are added. */
  readonly listed: Map<Digest, ListedLayer>;
}

/** Bottom layer first. @throws LayahError `bad-image` naming the layer that is damaged. */
export async function listImage(
  store: ImageStore,
  { descriptor, manifest, config }: SelectedImage,
  run: ImageListingRun,
): Promise<ImageLayer[]> {
  const { signal, reporter, listed } = run;
  const distinct = [...new Map(manifest.layers.map((layer) => [layer.digest, layer])).values()].filter(
    ({ digest }) => !listed.has(digest),
  );
  const totalBytes = distinct.reduce((sum, { size }) => sum + size, 0);
  const budget = createReadBudget({ compressedBytes: totalBytes, ...withDefaults(run.limits) });
  const tocImages = createTocImages(store, descriptor);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    run.reporter.progress('read', doneBytes, totalBytes);
  };
  const warn = (problem: string): void => reporter.warn(problem);
  await forEachAtOnce(distinct, async (layer) => {
    const observers = run.observe();
    const input = { store, descriptor: layer, signal, tocImages, budget, observers, warn, onBytes };
    listed.set(layer.digest, await listLayer(input));
  });
  return manifest.layers.flatMap((layer, index): ImageLayer[] => {
    const content = listed.get(layer.digest);
    const diffId = config.rootfs.diff_ids[index];
    return content === undefined ? [] : [{ ...content, descriptor: layer, diffId }];
  });
}

function withDefaults({ maxInflatedBytes, maxEntries }: ReadLimits) {
  return { maxInflatedBytes, maxEntries };
}
