/*
 * Which files of which layer are to be prefetched. A path may stand in several layers, and what a container sees is that
 * of the topmost, so all entries of an image have to be known before its first layer is written. Their layers are
 * unpacked for that, and once more when they are written: to keep the tars would take as much room as all of the image.
 */
import { mergeTree } from '../images/merge-tree.ts';
import { inspectLayer } from '../images/kept-layer.ts';
import { indexLayer } from '../images/spool-layer.ts';
import type { TarHeader } from '../images/tar-header.ts';
import type { Digest } from '../model/digest.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import { resolveRecord } from '../records/resolve-record.ts';
import type { LayerConversion } from './convert-layer.ts';
import { type PlannedDocument, plannedImages, plannedLayers } from './convert-plan.ts';
import { warnOfMissing } from './prefetch.ts';
import { loadRecord } from './record-image.ts';
import type { RunContext } from './run.ts';

/** By the digest of a layer, what is to be prefetched of it, in order. */
export type LayerPrefetch = ReadonlyMap<Digest, ReadonlySet<RootfsPath>>;

/** @throws LayahError when the record cannot be had, or a layer not be read. */
export async function planLayerPrefetch(
  conversion: Omit<LayerConversion, 'prefetch'>,
  plan: PlannedDocument,
  context: RunContext,
): Promise<LayerPrefetch | undefined> {
  const { record } = conversion.options;
  if (record === undefined) return undefined;
  const files = await loadRecord(record, context);
  const headers = await listHeaders(conversion, plan);
  const prefetch = new Map<Digest, Set<RootfsPath>>();
  const missing = new Set<RootfsPath>();
  for (const { manifest } of plannedImages(plan)) {
    const layers = manifest.layers.map(({ digest }) => ({ digest, headers: headers.get(digest) ?? [] }));
    const { inodes } = mergeTree(
      layers.map((layer) => layer.headers.map((header) => ({ header, digest: undefined }))),
    );
    const resolved = resolveRecord(files, (path) => inodes.get(path));
    for (const path of resolved.missing) missing.add(path);
    const topmost = topmostLayers(layers);
    for (const path of resolved.paths) addPath(prefetch, topmost.get(path), path);
  }
  const { origin } = record;
  warnOfMissing({ missing: [...missing], fileCount: files.length, origin }, context.reporter);
  return prefetch;
}

/** Of every layer once, bottom layers first. */
async function listHeaders(
  conversion: Omit<LayerConversion, 'prefetch'>,
  plan: PlannedDocument,
): Promise<ReadonlyMap<Digest, readonly TarHeader[]>> {
  const headers = new Map<Digest, readonly TarHeader[]>();
  for (const { descriptor, diffId } of plannedLayers(plan)) {
    const { compression } = await inspectLayer(conversion.store, descriptor);
    const { store, signal, options: limits } = conversion;
    const { entries } = await indexLayer({ store, signal, limits, descriptor, diffId, compression });
    headers.set(
      descriptor.digest,
      entries.map(({ header }) => header),
    );
  }
  return headers;
}

interface ListedLayer {
  readonly digest: Digest;
  readonly headers: readonly TarHeader[];
}

function topmostLayers(layers: readonly ListedLayer[]): ReadonlyMap<RootfsPath, Digest> {
  return new Map(layers.flatMap(({ digest, headers }) => headers.map(({ path }) => [path, digest] as const)));
}

function addPath(prefetch: Map<Digest, Set<RootfsPath>>, layer: Digest | undefined, path: RootfsPath): void {
  if (layer === undefined) return;
  // Images for several platforms may share the layer.
  const paths = prefetch.get(layer) ?? new Set();
  prefetch.set(layer, paths.add(path));
}
