import type { Entry, Scan } from '../model/entry.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';

/** A path whose inode has several, and what tells whether two paths are one inode. */
export interface LinkedPath {
  readonly path: RootfsPath;
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * Numbers the inodes that have several paths in this tree, in scan order; links to the outside do not count.
 * @param linkedPaths - in scan order, without directories.
 */
export function groupHardlinks(
  ungrouped: readonly Entry[],
  linkedPaths: readonly LinkedPath[],
): Pick<Scan, 'entries' | 'byPath' | 'linkGroups'> {
  const linkGroups = collectGroups(linkedPaths);
  const groupByPath = new Map(
    linkGroups.flatMap((paths, group) => paths.map((path) => [path, group] as const)),
  );
  const byPath = new Map<RootfsPath, Entry>();
  const entries = ungrouped.map((entry): Entry => {
    const linkGroup = groupByPath.get(entry.path);
    const grouped = linkGroup === undefined || entry.kind === 'directory' ? entry : { ...entry, linkGroup };
    byPath.set(grouped.path, grouped);
    return grouped;
  });
  return { entries, byPath, linkGroups };
}

/** A map keeps the order in which its keys came, so the groups are in scan order. */
function collectGroups(linkedPaths: readonly LinkedPath[]): RootfsPath[][] {
  const groups = new Map<string, RootfsPath[]>();
  for (const { path, device, inode } of linkedPaths) {
    const key = `${device}:${inode}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [path]);
    else known.push(path);
  }
  return [...groups.values()].filter((paths) => paths.length > 1);
}
