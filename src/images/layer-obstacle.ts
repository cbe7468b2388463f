/*
 * What eStargz cannot express of a layer that someone else made. Its table lists every path once, and its readers build
 * the tree from that table alone, so a layer that relies on how a tar is unpacked step by step would look different.
 */
import type { LayerEntry } from '../model/entry.ts';
import {
  ancestorPaths,
  baseName,
  displayPath,
  joinPath,
  parentPath,
  type RootfsPath,
} from '../model/rootfs-path.ts';
import { tocObstacle } from '../model/toc-obstacle.ts';
import { AUFS_PREFIX, WHITEOUT_PREFIX } from '../model/whiteouts.ts';

/** @returns the first thing that a TOC cannot say, for a message; undefined when it can say it all. */
export function layerObstacle(entries: readonly LayerEntry[]): string | undefined {
  const seen: Seen = { kinds: new Map(), implied: new Set(), whiteouts: new Set() };
  for (const entry of entries) {
    const what = entryObstacle(entry, seen);
    if (what !== undefined) return `${displayPath(entry.path)} ${what}`;
    remember(entry, seen);
  }
  const hidden = [...seen.whiteouts].find((path) => seen.kinds.has(path));
  return hidden === undefined ? undefined : `${displayPath(hidden)} is deleted and made anew`;
}

interface Seen {
  readonly kinds: Map<RootfsPath, LayerEntry['kind']>;
  /** Directories that the layer has not listed before what lies in them. */
  readonly implied: Set<RootfsPath>;
  /** What whiteouts delete. */
  readonly whiteouts: Set<RootfsPath>;
}

const TOC_OBSTACLES = {
  'not-utf8': 'has a name that is not UTF-8',
  'reserved-name': 'has a name that belongs to the format',
} as const;

function entryObstacle(entry: LayerEntry, { kinds, implied }: Seen): string | undefined {
  const obstacle = tocObstacle(entry);
  if (obstacle !== undefined) return TOC_OBSTACLES[obstacle];
  if (kinds.has(entry.path)) return 'is there twice';
  if (implied.has(entry.path)) return 'stands behind what lies in it';
  const above = ancestorPaths(entry.path).find((path) => (kinds.get(path) ?? 'directory') !== 'directory');
  if (above !== undefined) return `lies in ${displayPath(above)}, which is a ${kinds.get(above)}`;
  if (entry.mtimeSeconds < MIN_TOC_SECONDS || entry.mtimeSeconds > MAX_TOC_SECONDS) {
    return 'has a time that is not between the years 0 and 9999';
  }
  if (entry.kind !== 'hardlink') return undefined;
  const target = kinds.get(entry.target);
  if (target !== undefined && target !== 'directory') return undefined;
  return `is a hardlink to ${displayPath(entry.target)}, which no file before it is called`;
}

/** What RFC 3339 can write: 0000-01-01 to 9999-12-31. */
const MIN_TOC_SECONDS = -62_167_219_200;
const MAX_TOC_SECONDS = 253_402_300_799;

function remember({ kind, path }: LayerEntry, { kinds, implied, whiteouts }: Seen): void {
  kinds.set(path, kind);
  for (const ancestor of ancestorPaths(path)) if (!kinds.has(ancestor)) implied.add(ancestor);
  const name = baseName(path);
  if (!name.startsWith(WHITEOUT_PREFIX) || name.startsWith(AUFS_PREFIX)) return;
  whiteouts.add(joinPath(parentPath(path), name.slice(WHITEOUT_PREFIX.length)));
}
