import type { Entry, Scan } from '../model/entry.ts';
import { unreachable } from '../model/errors.ts';
import { ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import type { MergedTree, TreeInode } from './merge-tree.ts';

/** The tree of an image as if it had been scanned where it is unpacked. */
export function scanTree({ root, inodes, linkedInodes }: MergedTree): Scan {
  const linkGroups = groupLinks(inodes, linkedInodes);
  const groupOf = new Map(linkGroups.flatMap((group, index) => group.map((path) => [path, index] as const)));
  const byPath = new Map<RootfsPath, Entry>();
  for (const [path, inode] of inodes) byPath.set(path, entryOf(path, inode, groupOf.get(path)));
  const { mode, uid, gid, mtimeSeconds = 0, xattrs } = root;
  return {
    root: { kind: 'directory', path: ROOT_PATH, mode, uid, gid, mtimeSeconds, xattrs },
    entries: [...byPath.values()],
    byPath,
    isComplete: true,
    linkGroups,
  };
}

/** Paths of one inode share one object. */
function groupLinks(
  inodes: MergedTree['inodes'],
  linkedInodes: MergedTree['linkedInodes'],
): (readonly RootfsPath[])[] {
  const groups = new Map<TreeInode, RootfsPath[]>();
  if (linkedInodes.size === 0) return [];
  for (const [path, inode] of inodes) {
    if (!linkedInodes.has(inode)) continue;
    const known = groups.get(inode);
    if (known === undefined) groups.set(inode, [path]);
    else known.push(path);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function entryOf(path: RootfsPath, inode: TreeInode, linkGroup: number | undefined): Entry {
  const { kind, mode, uid, gid, mtimeSeconds = 0, xattrs } = inode;
  switch (kind) {
    case 'directory':
      return { kind, path, mode, uid, gid, mtimeSeconds, xattrs };
    case 'file': {
      const { sizeBytes } = inode;
      // Nobody reads it a second time to see whether it has changed.
      const mtimeNanoseconds = 0n;
      return {
        kind,
        path,
        mode,
        uid,
        gid,
        mtimeSeconds,
        xattrs,
        linkGroup,
        sizeBytes,
        mtimeNanoseconds,
      };
    }
    case 'symlink':
      return { kind, path, mode, uid, gid, mtimeSeconds, xattrs, linkGroup, target: inode.target };
    case 'fifo':
      return { kind, path, mode, uid, gid, mtimeSeconds, xattrs, linkGroup };
    case 'character-device':
    case 'block-device': {
      const { deviceMajor, deviceMinor } = inode;
      return { kind, path, mode, uid, gid, mtimeSeconds, xattrs, linkGroup, deviceMajor, deviceMinor };
    }
  }
  return unreachable(kind);
}
