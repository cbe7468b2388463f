/*
 * All of an image that inspect, diff and explain look at: what its layers hold, what they make together and, when that is
 * asked for, which component everything belongs to.
 */
import { isDatabaseFile, isDatabaseOrChangelog } from '../components/database-files.ts';
import { rememberEnds } from '../images/blob-ends.ts';
import { type ContentGatherer, createContentGatherer } from '../images/gather-contents.ts';
import type { ImageStore } from '../images/image-store.ts';
import type { EntryObserver } from '../images/layer-entries.ts';
import { type ImageLayer, listImage, type SelectedImage } from '../images/list-image.ts';
import type { ListedLayer } from '../images/list-layer.ts';
import { recordedComponentNames } from '../images/recorded-layers.ts';
import { type ImageContents, mergeListed } from '../images/stored-entries.ts';
import type { Digest } from '../model/digest.ts';
import type { ReadLimits } from '../model/options.ts';
import { type ClaimedTree, claimTree, type SourcedTree, sourceImageTree } from './claimed-tree.ts';
import { type ComponentLookup, createComponentLookup } from './component-lookup.ts';
import type { RunContext } from './run.ts';

export interface OpenedImage {
  readonly store: ImageStore;
  readonly image: SelectedImage;
}

export interface ListedImage {
  readonly location: string;
  readonly image: SelectedImage;
  readonly layers: readonly ImageLayer[];
  readonly contents: ImageContents;
  /** What the annotation of each layer says it holds; empty where there is none. */
  readonly recordedNames: readonly (readonly string[])[];
}

export interface ImageReading extends ListedImage {
  readonly lookup: ComponentLookup;
}

export interface SourcedReading extends ListedImage {
  readonly sourced: SourcedTree;
}

export interface ClaimedReading extends ImageReading {
  readonly claimed: ClaimedTree;
}

/** Of layers with a TOC only that is read. @throws LayahError `bad-image` naming the layer that is damaged. */
export async function readImage(
  { store, image }: OpenedImage,
  limits: ReadLimits,
  context: RunContext,
): Promise<ImageReading> {
  const run = { limits, context, observe: () => [], listed: new Map<Digest, ListedLayer>() };
  const listed = await listOpened({ store: rememberEnds(store, image.manifest.layers), image }, run);
  return { ...listed, lookup: createComponentLookup(listed.recordedNames, undefined) };
}

/** What was read of layers, which several images may share. */
export interface ReadingCache {
  readonly gatherer: ContentGatherer;
  readonly listed: Map<Digest, ListedLayer>;
}

/** @param dates changelogs are read too: of each package, for its update rate. */
export function createReadingCache({ dates }: { readonly dates: boolean }): ReadingCache {
  const isWanted = dates ? isDatabaseOrChangelog : isDatabaseFile;
  return { gatherer: createContentGatherer(isWanted), listed: new Map() };
}

export interface ClaimedReadingSettings {
  readonly limits: ReadLimits;
  readonly cache: ReadingCache;
  readonly context: RunContext;
}

/** With all components of the image. @throws LayahError `bad-image` naming the layer that is damaged. */
export async function readClaimedImage(
  opened: OpenedImage,
  settings: ClaimedReadingSettings,
): Promise<ClaimedReading> {
  const { sourced, ...listed } = await readSourcedImage(opened, settings);
  const claimed = claimTree(sourced);
  return { ...listed, claimed, lookup: createComponentLookup(listed.recordedNames, claimed.componentOf) };
}

/**
 * The files of package databases are read too, with few requests a layer.
 * @throws LayahError `bad-image` naming the layer that is damaged.
 */
export async function readSourcedImage(
  opened: OpenedImage,
  { limits, context, cache }: ClaimedReadingSettings,
): Promise<SourcedReading> {
  const { image } = opened;
  const { gatherer, listed: known } = cache;
  const store = rememberEnds(opened.store, image.manifest.layers);
  const run = { limits, context, observe: () => [gatherer.observe()], listed: known };
  const listed = await listOpened({ store, image }, run);
  const warn = (problem: string): void => context.reporter.warn(problem);
  await gatherer.fetch(listed.layers.map((layer) => ({ store, descriptor: layer.descriptor, layer, warn })));
  return { ...listed, sourced: await sourceImageTree(listed.contents.tree, gatherer.contents, context) };
}

interface ListingRun {
  readonly limits: ReadLimits;
  readonly context: RunContext;
  readonly observe: () => readonly EntryObserver[];
  readonly listed: Map<Digest, ListedLayer>;
}

async function listOpened(
  { store, image }: OpenedImage,
  { context, ...run }: ListingRun,
): Promise<ListedImage> {
  const layers = await listImage(store, image, { ...run, ...context });
  return {
    location: store.location,
    image,
    layers,
    contents: mergeListed(layers),
    recordedNames: layers.map(({ descriptor }) => recordedComponentNames(descriptor)),
  };
}
