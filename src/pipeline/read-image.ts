/*
 * All of an image that inspect, diff and explain look at: what its layers hold, what they make together and, when that is
 * asked for, which component everything belongs to.
 */
import { isDatabaseFile } from '../components/database-files.ts';
import { type ContentGatherer, createContentGatherer } from '../images/gather-contents.ts';
import type { ImageStore } from '../images/image-store.ts';
import { type ImageLayer, listImage, type SelectedImage } from '../images/list-image.ts';
import type { ListedLayer } from '../images/list-layer.ts';
import { recordedComponentNames } from '../images/recorded-layers.ts';
import { type ImageContents, mergeListed } from '../images/stored-entries.ts';
import type { Digest } from '../model/digest.ts';
import type { ReadLimits } from '../model/options.ts';
import { type ClaimedTree, claimImageTree } from './claimed-tree.ts';
import { type ComponentLookup, createComponentLookup } from './component-lookup.ts';
import type { RunContext } from './run.ts';

export interface ImageReading {
  readonly image: SelectedImage;
  readonly layers: readonly ImageLayer[];
  readonly contents: ImageContents;
  /** Undefined when the databases were not read. */
  readonly claimed: ClaimedTree | undefined;
  readonly lookup: ComponentLookup;
}

export interface ReadingSettings {
  readonly limits: ReadLimits;
  /** The files of package databases are fetched too: few requests a layer. */
  readonly readsDatabases: boolean;
  readonly cache: ReadingCache;
  readonly context: RunContext;
}

/** What was read of layers, which several images may share. */
export interface ReadingCache {
  readonly gatherer: ContentGatherer;
  readonly listed: Map<Digest, ListedLayer>;
}

export function createReadingCache(): ReadingCache {
  return { gatherer: createContentGatherer(isDatabaseFile), listed: new Map() };
}

/** @throws LayahError `bad-image` naming the layer that is damaged. */
export async function readImage(
  store: ImageStore,
  image: SelectedImage,
  settings: ReadingSettings,
): Promise<ImageReading> {
  const { limits, readsDatabases, context, cache } = settings;
  const { gatherer, listed } = cache;
  const observe = () => (readsDatabases ? [gatherer.observe()] : []);
  const layers = await listImage(store, image, { limits, ...context, observe, listed });
  const contents = mergeListed(layers);
  let claimed: ClaimedTree | undefined;
  if (readsDatabases) {
    const warn = (problem: string): void => context.reporter.warn(problem);
    for (const layer of layers) await gatherer.fetch({ store, descriptor: layer.descriptor, layer, warn });
    claimed = await claimImageTree(contents.tree, gatherer.contents, context);
  }
  const recorded = layers.map(({ descriptor }) => recordedComponentNames(descriptor));
  return {
    image,
    layers,
    contents,
    claimed,
    lookup: createComponentLookup(recorded, claimed?.componentOf),
  };
}
