/*
 * Puts the report of `layah inspect` together. Pure.
 */
import { summarizeConfig } from '../images/config-summary.ts';
import { findDuplicates } from '../images/duplicate-files.ts';
import type { ImageLayer, SelectedImage } from '../images/list-image.ts';
import type { ImageContents, StoredEntry } from '../images/stored-entries.ts';
import { compareByteOrder } from '../model/byte-order.ts';
import type {
  ComponentReport,
  ImageReport,
  ImageTotals,
  LayerComponent,
  LayerReport,
  OverriddenReport,
  StoredFile,
} from '../model/image-report.ts';
import { platformOf } from '../model/platform.ts';
import { displayPath } from '../model/rootfs-path.ts';
import type { ClaimedTree } from './claimed-tree.ts';
import type { ComponentLookup } from './component-lookup.ts';
import { estimateRates, type UpdateRates } from './update-estimate.ts';

/** How many files each list has. */
const MAX_LISTED = 20;

export interface ReportInput {
  readonly location: string;
  readonly image: SelectedImage;
  readonly layers: readonly ImageLayer[];
  readonly contents: ImageContents;
  readonly lookup: ComponentLookup;
  /** Undefined when no databases were read. */
  readonly claimed: ClaimedTree | undefined;
  /** Which files are listed; undefined for no list. */
  readonly isListed: ((file: StoredEntry) => boolean) | undefined;
}

export function reportImage(input: ReportInput): ImageReport {
  const { location, image, contents, lookup, claimed, isListed } = input;
  const { entries } = contents;
  const rates = claimed && estimateRates(claimed.components, image.config.created);
  const layerReports = reportLayers(input, rates);
  const components = gatherComponents(layerReports, { claimed, rates });
  const visible = entries.filter((entry) => !entry.isOverridden && entry.header.kind === 'file');
  const toFile = (entry: StoredEntry): StoredFile => storedFile(entry, lookup);
  return {
    location,
    manifestDigest: image.descriptor.digest,
    configDigest: image.manifest.config.digest,
    platform: platformOf(image.config),
    config: summarizeConfig(image.config),
    totals: sumLayers(layerReports, components.length),
    layers: layerReports,
    componentsFrom: lookup.from,
    components,
    largestFiles: largest(visible).map(toFile),
    duplicates: findDuplicates(entries, MAX_LISTED),
    overridden: reportOverridden(entries),
    files: isListed && entries.filter(isListed).sort(byPath).map(toFile),
  };
}

function reportLayers(
  { layers, contents, lookup }: ReportInput,
  rates: UpdateRates | undefined,
): LayerReport[] {
  const byLayer = layers.map((): StoredEntry[] => []);
  for (const entry of contents.entries)
    if (entry.header.kind !== 'directory') byLayer[entry.layer]?.push(entry);
  return layers.map(({ descriptor, diffId, storage, tarBytes }, index): LayerReport => {
    const files = byLayer[index] ?? [];
    const components = layerComponents(files, index, lookup);
    return {
      digest: descriptor.digest,
      diffId,
      mediaType: descriptor.mediaType,
      components,
      fileCount: files.length,
      sizeBytes: sumSizes(files),
      compressedBytes: descriptor.size,
      tarBytes,
      storage,
      weeklyUpdateProbability: rates?.ofLayer(components.map(({ name }) => name)),
    };
  });
}

/** Sizes are known when it is known of every file whose it is. */
function layerComponents(
  files: readonly StoredEntry[],
  layer: number,
  lookup: ComponentLookup,
): LayerComponent[] {
  const found = new Map<string | undefined, { fileCount: number; sizeBytes: number }>();
  for (const name of lookup.recordedNames(layer)) found.set(name, { fileCount: 0, sizeBytes: 0 });
  for (const { header } of files) {
    const name = lookup.find(header.path, layer);
    const sums = found.get(name) ?? { fileCount: 0, sizeBytes: 0 };
    found.set(name, { fileCount: sums.fileCount + 1, sizeBytes: sums.sizeBytes + header.sizeBytes });
  }
  const isKnown = !found.has(undefined);
  return [...found]
    .flatMap(([name, sums]): LayerComponent[] =>
      name === undefined
        ? []
        : [{ name, ...(isKnown ? sums : { fileCount: undefined, sizeBytes: undefined }) }],
    )
    .sort(byName);
}

interface KnownOfComponents {
  readonly claimed: ClaimedTree | undefined;
  readonly rates: UpdateRates | undefined;
}

function gatherComponents(
  layers: readonly LayerReport[],
  { claimed, rates }: KnownOfComponents,
): ComponentReport[] {
  const versions = new Map(claimed?.components.map(({ name, version }) => [name, version]));
  const found = new Map<string, ComponentReport>();
  for (const [index, layer] of layers.entries()) {
    for (const { name, fileCount, sizeBytes } of layer.components) {
      const known = found.get(name) ?? { fileCount: 0, sizeBytes: 0, layers: [] };
      found.set(name, {
        name,
        fileCount: add(known.fileCount, fileCount),
        sizeBytes: add(known.sizeBytes, sizeBytes),
        layers: [...known.layers, index],
        weeklyUpdateProbability: rates?.ofComponent(name),
        version: versions.get(name),
      });
    }
  }
  return [...found.values()].sort(byName);
}

function add(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}

function sumLayers(layers: readonly LayerReport[], componentCount: number): ImageTotals {
  const sum = (valueOf: (layer: LayerReport) => number): number =>
    layers.reduce((total, layer) => total + valueOf(layer), 0);
  return {
    layerCount: layers.length,
    componentCount,
    fileCount: sum(({ fileCount }) => fileCount),
    sizeBytes: sum(({ sizeBytes }) => sizeBytes),
    compressedBytes: sum(({ compressedBytes }) => compressedBytes),
    tarBytes: layers.reduce<number | undefined>((total, { tarBytes }) => add(total, tarBytes), 0),
  };
}

function reportOverridden(entries: readonly StoredEntry[]): OverriddenReport {
  const overridden = entries.filter(
    ({ isOverridden, header }) => isOverridden && header.kind !== 'directory',
  );
  return {
    fileCount: overridden.length,
    sizeBytes: sumSizes(overridden),
    largest: largest(overridden).map(({ header, layer, replacedBy }) => ({
      path: displayPath(header.path),
      layer,
      sizeBytes: header.sizeBytes,
      replacedBy,
    })),
  };
}

function storedFile({ header, layer, isOverridden }: StoredEntry, lookup: ComponentLookup): StoredFile {
  const { path, kind, sizeBytes } = header;
  // Directories belong to all that lies in them.
  const component = kind === 'directory' ? undefined : lookup.find(path, layer);
  return { path: displayPath(path), kind, sizeBytes, layer, component, isOverridden };
}

function sumSizes(entries: readonly StoredEntry[]): number {
  return entries.reduce((sum, { header }) => sum + header.sizeBytes, 0);
}

/** The first in the order of paths among equals. */
function largest(entries: readonly StoredEntry[]): StoredEntry[] {
  return entries
    .toSorted((left, right) => right.header.sizeBytes - left.header.sizeBytes || byPath(left, right))
    .slice(0, MAX_LISTED);
}

/** Paths are byte strings. */
function byPath(left: StoredEntry, right: StoredEntry): number {
  const order = left.header.path < right.header.path ? -1 : 1;
  return left.header.path === right.header.path ? left.layer - right.layer : order;
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return compareByteOrder(left.name, right.name);
}
