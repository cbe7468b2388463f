/*
 * Compares the merged tree of an image with a scanned root filesystem: nothing may be missing, added or changed but
 * mtimes, and these only downwards (a layer clamps them). Directories' mtimes are free.
 */
import type { Digest } from '../model/digest.ts';
import type { Entry, FileEntry, Scan, Xattr } from '../model/entry.ts';
import { displayBytes, displayPath, ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import type { MergedTree, TreeInode } from './merge-tree.ts';

export interface TreeComparison {
  readonly tree: MergedTree;
  readonly scan: Scan;
  /** SHA-256 of a file's content; called once for every hardlink group. */
  readonly digestOf: (file: FileEntry) => Promise<Digest>;
  readonly report: (path: RootfsPath, message: string) => void;
}

export async function compareTree(comparison: TreeComparison): Promise<void> {
  const { tree, scan, report } = comparison;
  compareRoot(comparison);
  for (const path of tree.inodes.keys()) {
    if (!scan.byPath.has(path)) report(path, 'it is in the image, but not in the root filesystem');
  }
  const digests = new Map<number, Digest>();
  for (const entry of scan.entries) {
    const inode = tree.inodes.get(entry.path);
    if (inode === undefined) report(entry.path, 'it is in the root filesystem, but not in the image');
    else await compareEntry(comparison, { entry, inode, digests });
  }
  compareLinks(comparison);
}

/** An image without an entry for the root has one of mode 0755 that belongs to root. */
function compareRoot({ tree, scan, report }: TreeComparison): void {
  for (const difference of metadataDifferences(scan.root, tree.root)) {
    report(ROOT_PATH, tree.rootIsListed ? difference : `${difference} (no layer lists the root)`);
  }
}

interface Pair {
  readonly entry: Entry;
  readonly inode: TreeInode;
  /** Of hardlink groups. */
  readonly digests: Map<number, Digest>;
}

async function compareEntry(
  { report, digestOf }: TreeComparison,
  { entry, inode, digests }: Pair,
): Promise<void> {
  const found = (message: string) => report(entry.path, message);
  if (entry.kind !== inode.kind) {
    found(`it is a ${inode.kind} in the image, a ${entry.kind} in the root filesystem`);
    return;
  }
  for (const difference of metadataDifferences(entry, inode)) found(difference);
  if (entry.kind !== 'directory' && (inode.mtimeSeconds ?? 0) > entry.mtimeSeconds) {
    found(differs('mtime', inode.mtimeSeconds ?? 0, entry.mtimeSeconds));
  }
  if (entry.kind === 'symlink' && inode.kind === 'symlink' && entry.target !== inode.target) {
    found(differs('link target', displayBytes(inode.target), displayBytes(entry.target)));
  }
  if ('deviceMajor' in entry && 'deviceMajor' in inode) {
    const inImage = `${inode.deviceMajor}:${inode.deviceMinor}`;
    const inRootfs = `${entry.deviceMajor}:${entry.deviceMinor}`;
    if (inImage !== inRootfs) found(differs('device number', inImage, inRootfs));
  }
  if (entry.kind !== 'file' || inode.kind !== 'file') return;
  if (entry.sizeBytes !== inode.sizeBytes) {
    found(differs('size', inode.sizeBytes, entry.sizeBytes));
    return;
  }
  const known = entry.linkGroup === undefined ? undefined : digests.get(entry.linkGroup);
  const digest = known ?? (await digestOf(entry));
  if (entry.linkGroup !== undefined) digests.set(entry.linkGroup, digest);
  if (digest !== inode.digest) found(differs('content', inode.digest ?? 'unknown', digest));
}

type Metadata = Pick<TreeInode, 'mode' | 'uid' | 'gid' | 'xattrs'>;

function metadataDifferences(inRootfs: Metadata, inImage: Metadata): string[] {
  const differences: string[] = [];
  if (inImage.mode !== inRootfs.mode)
    differences.push(differs('mode', octal(inImage.mode), octal(inRootfs.mode)));
  if (inImage.uid !== inRootfs.uid) differences.push(differs('uid', inImage.uid, inRootfs.uid));
  if (inImage.gid !== inRootfs.gid) differences.push(differs('gid', inImage.gid, inRootfs.gid));
  return [...differences, ...xattrDifferences(inRootfs.xattrs, inImage.xattrs)];
}

function xattrDifferences(inRootfs: readonly Xattr[], inImage: readonly Xattr[]): string[] {
  const differences: string[] = [];
  const left = new Map(inImage.map(({ name, value }) => [name, value]));
  for (const { name, value } of inRootfs) {
    const other = left.get(name);
    left.delete(name);
    if (other === undefined) differences.push(`xattr ${displayBytes(name)} is not in the image`);
    else if (!Buffer.from(other).equals(value))
      differences.push(`xattr ${displayBytes(name)} has another value`);
  }
  for (const name of left.keys())
    differences.push(`xattr ${displayBytes(name)} is not in the root filesystem`);
  return differences;
}

/** Both sides must put the same paths together: each path's group is named by the group's first path in scan order. */
function compareLinks({ tree, scan, report }: TreeComparison): void {
  const firstPaths = new Map<TreeInode, RootfsPath>();
  const firstInImage = (path: RootfsPath): RootfsPath | undefined => {
    const inode = tree.inodes.get(path);
    if (inode === undefined) return undefined;
    const first = firstPaths.get(inode) ?? path;
    firstPaths.set(inode, first);
    return first;
  };
  for (const entry of scan.entries) {
    const inImage = firstInImage(entry.path);
    if (inImage === undefined || entry.kind === 'directory') continue;
    const inRootfs = firstPresent(entry, scan, tree);
    if (inImage !== inRootfs) {
      report(
        entry.path,
        differs('hardlink group', describeGroup(entry, inImage), describeGroup(entry, inRootfs)),
      );
    }
  }
}

/** A missing path has been reported: the others of its group must not be blamed for it. */
function firstPresent(
  entry: Exclude<Entry, { kind: 'directory' }>,
  scan: Scan,
  tree: MergedTree,
): RootfsPath {
  const group = entry.linkGroup === undefined ? undefined : scan.linkGroups[entry.linkGroup];
  return group?.find((path) => tree.inodes.has(path)) ?? entry.path;
}

function describeGroup(entry: Entry, first: RootfsPath): string {
  return first === entry.path ? 'its own' : `that of ${displayPath(first)}`;
}

function differs(what: string, inImage: string | number, inRootfs: string | number): string {
  return `${what} is ${inImage} in the image, ${inRootfs} in the root filesystem`;
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
