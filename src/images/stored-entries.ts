/*
 * Every entry of every layer, and what has become of it in the tree that a container sees.
 */
import { ROOT_PATH, rootfsPath, type RootfsPath } from '../model/rootfs-path.ts';
import { isWhiteout } from '../model/whiteouts.ts';
import type { ListedEntry, ListedLayer } from './list-layer.ts';
import { createTreeMerger, type MergedTree } from './merge-tree.ts';

export interface StoredEntry extends ListedEntry {
  /** From 0, from the bottom up. */
  readonly layer: number;
  /** No container sees it, under no name. */
  readonly isOverridden: boolean;
  /** The layer that has something else at its path now; undefined where it was deleted, or is not overridden. */
  readonly replacedBy: number | undefined;
}

export interface ImageContents {
  readonly tree: MergedTree;
  /** Without whiteouts; bottom layer first, each layer in its order. */
  readonly entries: readonly StoredEntry[];
}

/** @throws LayahError `bad-image` when the layers imply more directories than an honest image would. */
export function mergeListed(layers: readonly Pick<ListedLayer, 'entries'>[]): ImageContents {
  const merger = createTreeMerger();
  for (const { entries } of layers) merger.add(entries);
  const tree = merger.finish();
  const seen = layers.map(({ entries }) => new Uint8Array(entries.length));
  for (const { layer, index } of tree.origins()) {
    const ofLayer = seen[layer];
    if (ofLayer !== undefined && index !== undefined) ofLayer[index] = 1;
  }
  return {
    tree,
    entries: layers.flatMap(({ entries }, layer) =>
      storedEntries(entries, { layer, seen: seen[layer], tree }),
    ),
  };
}

interface LayerPlace {
  readonly layer: number;
  /** Not 0 for each entry of the layer that made what is at its path. */
  readonly seen: Uint8Array | undefined;
  readonly tree: MergedTree;
}

function storedEntries(entries: readonly ListedEntry[], { layer, seen, tree }: LayerPlace): StoredEntry[] {
  // Every layer has the root, and none overrides it.
  const isSeen = (path: RootfsPath, index: number): boolean => path === ROOT_PATH || seen?.[index] === 1;
  const linked = new Set<RootfsPath>();
  for (const [index, { header }] of entries.entries()) {
    if (header.kind === 'hardlink' && isSeen(header.path, index)) linked.add(rootfsPath(header.linkName));
  }
  return entries.flatMap(({ header, digest, chunks }, index): StoredEntry[] => {
    const { path } = header;
    if (isWhiteout(path)) return [];
    const isOverridden = !isSeen(path, index) && !linked.has(path);
    const replacedBy = isOverridden ? tree.origin(path)?.layer : undefined;
    return [{ header, digest, chunks, layer, isOverridden, replacedBy }];
  });
}
