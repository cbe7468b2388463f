import type { Entry, Scan } from '../model/entry.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';

/** An entry with what tells whether two paths are one inode. */
export interface ScannedInode {
  readonly entry: Entry;
  readonly device: bigint;
  readonly inode: bigint;
  readonly linkCount: bigint;
}

/** Numbers the inodes that have several paths in this tree, in scan order; links to the outside do not count. */
export function groupHardlinks(inodes: readonly ScannedInode[]): Omit<Scan, 'root'> {
  const pathsByInode = collectPaths(inodes);
  const numbers = new Map<string, number>();
  const linkGroups: RootfsPath[][] = [];
  const entries = inodes.map((scanned): Entry => {
    const key = inodeKey(scanned);
    const paths = pathsByInode.get(key) ?? [];
    if (paths.length < 2 || scanned.entry.kind === 'directory') return scanned.entry;
    const linkGroup = numbers.get(key) ?? linkGroups.push(paths) - 1;
    numbers.set(key, linkGroup);
    return { ...scanned.entry, linkGroup };
  });
  return { entries, byPath: new Map(entries.map((entry) => [entry.path, entry])), linkGroups };
}

function collectPaths(inodes: readonly ScannedInode[]): Map<string, RootfsPath[]> {
  const paths = new Map<string, RootfsPath[]>();
  for (const scanned of inodes) {
    if (scanned.linkCount < 2n || scanned.entry.kind === 'directory') continue;
    const key = inodeKey(scanned);
    const known = paths.get(key);
    if (known === undefined) paths.set(key, [scanned.entry.path]);
    else known.push(scanned.entry.path);
  }
  return paths;
}

function inodeKey({ device, inode }: ScannedInode): string {
  return `${device}:${inode}`;
}
