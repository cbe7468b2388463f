import type { Entry, EntryMetadata, Scan } from '../model/entry.ts';
import { unreachable } from '../model/errors.ts';
import { ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import type { MergedTree, TreeInode } from './merge-tree.ts';

/** The tree of an image as if it had been scanned where it is unpacked. */
export function scanTree({ root, inodes }: MergedTree): Scan {
  const paths = sortedPaths(inodes.keys());
  const linkGroups = groupLinks(paths, inodes);
  const groupOf = new Map(linkGroups.flatMap((group, index) => group.map((path) => [path, index] as const)));
  const entries = paths.flatMap((path): Entry[] => {
    const inode = inodes.get(path);
    return inode === undefined ? [] : [entryOf(path, inode, groupOf.get(path))];
  });
  return {
    root: { ...metadataOf(ROOT_PATH, root), kind: 'directory' },
    entries,
    byPath: new Map(entries.map((entry) => [entry.path, entry])),
    linkGroups,
  };
}

/** Depth first: NUL sorts before every byte of a name. */
function sortedPaths(paths: Iterable<RootfsPath>): RootfsPath[] {
  return Array.from(paths, (path) => ({ path, key: path.replaceAll('/', '\0') }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ path }) => path);
}

/** Paths of one inode share one object. */
function groupLinks(
  paths: readonly RootfsPath[],
  inodes: ReadonlyMap<RootfsPath, TreeInode>,
): (readonly RootfsPath[])[] {
  const byInode = new Map<TreeInode, RootfsPath[]>();
  for (const path of paths) {
    const inode = inodes.get(path);
    if (inode === undefined || inode.kind === 'directory') continue;
    const known = byInode.get(inode);
    if (known === undefined) byInode.set(inode, [path]);
    else known.push(path);
  }
  return [...byInode.values()].filter((group) => group.length > 1);
}

function entryOf(path: RootfsPath, inode: TreeInode, linkGroup: number | undefined): Entry {
  const metadata = metadataOf(path, inode);
  switch (inode.kind) {
    case 'directory':
      return { ...metadata, kind: 'directory' };
    case 'file': {
      const mtimeNanoseconds = BigInt(metadata.mtimeSeconds) * 1_000_000_000n;
      return { ...metadata, kind: 'file', linkGroup, sizeBytes: inode.sizeBytes, mtimeNanoseconds };
    }
    case 'symlink':
      return { ...metadata, kind: 'symlink', linkGroup, target: inode.target };
    case 'fifo':
      return { ...metadata, kind: 'fifo', linkGroup };
    case 'character-device':
    case 'block-device': {
      const { kind, deviceMajor, deviceMinor } = inode;
      return { ...metadata, kind, linkGroup, deviceMajor, deviceMinor };
    }
  }
  return unreachable(inode);
}

function metadataOf(
  path: RootfsPath,
  { mode, uid, gid, mtimeSeconds = 0, xattrs }: TreeInode,
): EntryMetadata {
  return { path, mode, uid, gid, mtimeSeconds, xattrs };
}
