/*
 * Every entry of every layer, and what has become of it in the tree that a container sees.
 */
import { ROOT_PATH, rootfsPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { ListedEntry, ListedLayer } from './list-layer.ts';
import { createTreeMerger, type MergedTree } from './merge-tree.ts';
import { isWhiteout } from './whiteouts.ts';

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
  return { tree, entries: layers.flatMap(({ entries }, layer) => storedEntries(tree, entries, layer)) };
}

function storedEntries(tree: MergedTree, entries: readonly ListedEntry[], layer: number): StoredEntry[] {
  const isSeen = entries.map(({ header }, index) => {
    // Every layer has the root, and none overrides it.
    if (header.path === ROOT_PATH) return true;
    const origin = tree.origin(header.path);
    return origin?.layer === layer && origin.index === index;
  });
  const linked = new Set<RootfsPath>();
  for (const [index, { header }] of entries.entries()) {
    if (header.kind === 'hardlink' && isSeen[index]) linked.add(rootfsPath(header.linkName));
  }
  return entries.flatMap(({ header, digest, chunks }, index): StoredEntry[] => {
    if (isWhiteout(header.path)) return [];
    const isOverridden = !isSeen[index] && !linked.has(header.path);
    const replacedBy = isOverridden ? tree.origin(header.path)?.layer : undefined;
    return [{ header, digest, chunks, layer, isOverridden, replacedBy }];
  });
}
