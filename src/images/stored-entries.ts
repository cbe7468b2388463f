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
  const visible = tree.layers;
  return {
    tree,
    entries: layers.flatMap(({ entries }, layer) => storedEntries(entries, { layer, visible })),
  };
}

interface LayerPlace {
  readonly layer: number;
  /** The layer that each path of the tree comes from. */
  readonly visible: ReadonlyMap<RootfsPath, number>;
}

function storedEntries(entries: readonly ListedEntry[], { layer, visible }: LayerPlace): StoredEntry[] {
  const last = new Map(entries.map(({ header }) => [header.path, header]));
  const isSeen = ({ header }: ListedEntry): boolean =>
    // Every layer has the root, and none overrides it.
    header.path === ROOT_PATH || (visible.get(header.path) === layer && last.get(header.path) === header);
  const linked = new Set(
    entries.flatMap((entry) =>
      entry.header.kind === 'hardlink' && isSeen(entry) ? rootfsPath(entry.header.linkName) : [],
    ),
  );
  return entries
    .filter(({ header }) => !isWhiteout(header.path))
    .map(({ header, digest, chunks }): StoredEntry => {
      const isOverridden = !isSeen({ header, digest, chunks }) && !linked.has(header.path);
      const replacedBy = isOverridden ? visible.get(header.path) : undefined;
      return { header, digest, chunks, layer, isOverridden, replacedBy };
    });
}
