/*
 * Puts the report of `layah diff` together. Pure.
 */
import { compareChunks } from '../images/compare-chunks.ts';
import { compareFiles, type FileDifference } from '../images/compare-files.ts';
import type { ImageLayer } from '../images/list-image.ts';
import { compareByteOrder } from '../model/byte-order.ts';
import type { Digest } from '../model/digest.ts';
import type {
  ContentDefinedDownload,
  DiffFile,
  DiffLayer,
  DiffReport,
  DiffSide,
  Download,
  LayerFate,
  LayerTotals,
} from '../model/diff-report.ts';
import { platformOf } from '../model/platform.ts';
import { displayPath } from '../model/rootfs-path.ts';
import type { ComparedImage } from './compared-image.ts';
import { type ComparedImages, componentOf, diffComponents } from './diff-components.ts';

export interface DiffInput {
  readonly old: ComparedImage;
  readonly new: ComparedImage;
  readonly listsFiles: boolean;
  /** Undefined unless it was asked for. */
  readonly contentDefined: ContentDefinedDownload | undefined;
}

export function reportDiff({ old, new: updated, listsFiles, contentDefined }: DiffInput): DiffReport {
  const oldDigests = digestsOf(old.layers);
  const isShared = (layer: number): boolean => {
    const digest = updated.layers[layer]?.descriptor.digest;
    return digest !== undefined && oldDigests.has(digest);
  };
  const differences = compareFiles(old.entries, updated.entries);
  const images: ComparedImages = { old, new: updated, differences, isShared };
  const layers = diffLayers(old, updated);
  const fresh = distinct(updated.layers).filter(({ descriptor }) => !oldDigests.has(descriptor.digest));
  return {
    old: describeSide(old),
    new: describeSide(updated),
    layers,
    totals: {
      shared: sumLayers(layers, 'shared'),
      new: sumLayers(layers, 'new'),
      gone: sumLayers(layers, 'gone'),
    },
    download: sumDownload(old, updated, fresh),
    chunks: compareChunks(
      old.layers,
      fresh.map((layer) => ({ layer, compressedBytes: layer.descriptor.size })),
    ),
    contentDefined,
    components: diffComponents(images),
    files: listsFiles ? differences.map((difference) => diffFile(difference, images)) : undefined,
  };
}

function digestsOf(layers: readonly ImageLayer[]): ReadonlySet<Digest> {
  return new Set(layers.map(({ descriptor }) => descriptor.digest));
}

function distinct(layers: readonly ImageLayer[]): ImageLayer[] {
  return [...new Map(layers.map((layer) => [layer.descriptor.digest, layer])).values()];
}

function describeSide({ location, image, layers }: ComparedImage): DiffSide {
  return {
    location,
    manifestDigest: image.descriptor.digest,
    platform: platformOf(image.config),
    layerCount: layers.length,
    sizeBytes: layers.reduce((sum, layer) => sum + contentBytes(layer), 0),
    compressedBytes: layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
  };
}

function diffLayers(old: ComparedImage, updated: ComparedImage): DiffLayer[] {
  const oldDigests = digestsOf(old.layers);
  const newDigests = digestsOf(updated.layers);
  const oldDiffIds = new Set(old.layers.map(({ diffId }) => diffId));
  const newDiffIds = new Set(updated.layers.map(({ diffId }) => diffId));
  const kept = updated.layers.map((layer, index) => {
    const fate = oldDigests.has(layer.descriptor.digest) ? 'shared' : 'new';
    const isRecompressed = fate === 'new' && layer.diffId !== undefined && oldDiffIds.has(layer.diffId);
    return describeLayer(updated, { index, fate, isRecompressed });
  });
  const gone = old.layers.flatMap((layer, index) => {
    if (newDigests.has(layer.descriptor.digest)) return [];
    const isRecompressed = layer.diffId !== undefined && newDiffIds.has(layer.diffId);
    return [describeLayer(old, { index, fate: 'gone', isRecompressed })];
  });
  return [...kept, ...gone].flatMap((layer) => layer ?? []);
}

function describeLayer(
  image: ComparedImage,
  { index, ...place }: Pick<DiffLayer, 'index' | 'fate' | 'isRecompressed'>,
): DiffLayer | undefined {
  const layer = image.layers[index];
  if (layer === undefined) return undefined;
  return {
    ...place,
    index,
    digest: layer.descriptor.digest,
    sizeBytes: contentBytes(layer),
    compressedBytes: layer.descriptor.size,
    tarBytes: layer.tarBytes,
    componentNames: namesInLayer(image, index),
  };
}

function namesInLayer({ entries, lookup }: ComparedImage, index: number): readonly string[] {
  const recorded = lookup.recordedNames(index);
  if (recorded.length > 0) return recorded;
  const found = entries.flatMap(({ layer, header }) =>
    layer === index && header.kind !== 'directory' ? (lookup.find(header.path, index) ?? []) : [],
  );
  return [...new Set(found)].sort(compareByteOrder);
}

/** Whiteouts are empty. */
function contentBytes({ entries }: ImageLayer): number {
  return entries.reduce((sum, { header }) => sum + header.sizeBytes, 0);
}

function sumLayers(layers: readonly DiffLayer[], fate: LayerFate): LayerTotals {
  const distinctLayers = new Map(
    layers.filter((layer) => layer.fate === fate).map((layer) => [layer.digest, layer]),
  );
  const chosen = [...distinctLayers.values()];
  return {
    layerCount: chosen.length,
    sizeBytes: chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    compressedBytes: chosen.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0),
    tarBytes: chosen.reduce<number | undefined>(
      (sum, { tarBytes }) => (sum === undefined || tarBytes === undefined ? undefined : sum + tarBytes),
      0,
    ),
  };
}

function sumDownload(old: ComparedImage, updated: ComparedImage, fresh: readonly ImageLayer[]): Download {
  const config = updated.image.manifest.config;
  const configBytes = config.digest === old.image.manifest.config.digest ? 0 : config.size;
  const layerBytes = fresh.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  const blobBytes = layerBytes + configBytes;
  const allBytes = distinct(updated.layers).reduce(
    (sum, { descriptor }) => sum + descriptor.size,
    config.size,
  );
  return {
    layerCount: fresh.length,
    layerBytes,
    configBytes,
    blobBytes,
    share: blobBytes / allBytes,
  };
}

function diffFile(difference: FileDifference, images: ComparedImages): DiffFile {
  const { path, change, old, new: updated } = difference;
  return {
    path: displayPath(path),
    change,
    oldBytes: old?.header.sizeBytes,
    newBytes: updated?.header.sizeBytes,
    component: componentOf(images.new, updated) ?? componentOf(images.old, old),
  };
}
