import type { LayerEntry } from '../model/entry.ts';
import type { ContentSource, LayerContents } from '../model/layer.ts';
import { ancestorPaths, ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';

/**
 * Moves the files that are to be prefetched to the beginning of a layer, in the order given: before each of them its
 * directories, the outermost first, and before a hardlink what it is a link to (estargz build.go, sortEntries).
 * Everything else keeps its order. Only eStargz can say what to prefetch, so other layers stay as they are, and so do
 * those that keep their tar to the byte.
 */
export function prioritize(layer: LayerContents, paths: readonly RootfsPath[]): LayerContents {
  const { entries, source } = layer;
  if (layer.format !== 'estargz' || source.kind === 'verbatim-tar') return layer;
  const indexOf = new Map(entries.map(({ path }, index) => [path, index]));
  const moved = new Set<number>();
  for (const path of paths) {
    const index = indexOf.get(path);
    // A directory has nothing to fetch.
    if (index !== undefined && entries[index]?.kind !== 'directory') move(index, { entries, indexOf, moved });
  }
  if (moved.size === 0) return layer;
  const order = [...new Set([...moved, ...entries.keys()])];
  return {
    ...layer,
    entries: inOrder(entries, order),
    source: reordered(source, order),
    prefetchedEntryCount: moved.size,
  };
}

interface Move {
  readonly entries: readonly LayerEntry[];
  readonly indexOf: ReadonlyMap<RootfsPath, number>;
  /** What has been moved, in its new order. */
  readonly moved: Set<number>;
}

function move(index: number, { entries, indexOf, moved }: Move): void {
  const links: number[] = [];
  // Layers of others may have links to links, and those in a circle.
  for (let link: number | undefined = index; link !== undefined && !links.includes(link);) {
    links.push(link);
    const entry: LayerEntry | undefined = entries[link];
    link = entry?.kind === 'hardlink' ? indexOf.get(entry.target) : undefined;
  }
  for (const link of links.toReversed()) {
    for (const path of [ROOT_PATH, ...ancestorPaths(entries[link]?.path ?? ROOT_PATH)]) {
      const directory = indexOf.get(path);
      if (directory !== undefined) moved.add(directory);
    }
    moved.add(link);
  }
}

/** Where headers and contents are goes with the entries. */
function reordered(source: ContentSource, order: readonly number[]): ContentSource {
  if (source.kind !== 'tar') return source;
  const { offsets, headerOffsets } = source;
  return {
    ...source,
    offsets: inOrder(offsets, order),
    ...(headerOffsets !== undefined && { headerOffsets: inOrder(headerOffsets, order) }),
  };
}

function inOrder<Item>(items: readonly Item[], order: readonly number[]): Item[] {
  return order.flatMap((index) => items.slice(index, index + 1));
}
