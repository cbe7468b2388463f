/*
 * What all layers of an image make together: takes their entries, bottom layer first, gives the tree that a runtime
 * mounts (image-spec, layer.md: changesets, whiteouts, hardlinks).
 */
import type { Digest } from '../model/digest.ts';
import type { Xattr } from '../model/entry.ts';
import { LayahError, unreachable } from '../model/errors.ts';
import {
  baseName,
  displayPath,
  joinPath,
  parentPath,
  ROOT_PATH,
  rootfsPath,
  type RootfsPath,
} from '../model/rootfs-path.ts';
import { AUFS_PREFIX, isWhiteout, OPAQUE_MARKER, WHITEOUT_PREFIX } from '../model/whiteouts.ts';
import type { LayerTarEntry } from './layer-entries.ts';
import type { TarHeader } from './tar-header.ts';
import { allNodes, createNodeTree, type NodeTree, sortedNodes, type TreeNode } from './tree-nodes.ts';

interface InodeMetadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Undefined for a directory that no layer lists. */
  readonly mtimeSeconds: number | undefined;
  readonly xattrs: readonly Xattr[];
}

/** Paths that are hardlinks of each other share one object. */
export type TreeInode = InodeMetadata &
  (
    | { readonly kind: 'directory' }
    | { readonly kind: 'file'; readonly sizeBytes: number; readonly digest: Digest | undefined }
    | { readonly kind: 'symlink'; readonly target: string }
    | { readonly kind: 'fifo' }
    | {
        readonly kind: 'character-device' | 'block-device';
        readonly deviceMajor: number;
        readonly deviceMinor: number;
      }
  );

export interface MergedTree {
  readonly root: TreeInode;
  /** Whether some layer has an entry for the root. */
  readonly rootIsListed: boolean;
  /** Without the root. */
  readonly entryCount: number;
  /** Without the root; depth first, the names of a directory in byte order. Made when it is asked for. */
  readonly inodes: ReadonlyMap<RootfsPath, TreeInode>;
  /** Those that a hardlink was made to; all others have one path. */
  readonly linkedInodes: ReadonlySet<TreeInode>;
  /** Which entry made what is there; undefined when nothing is. */
  origin(path: RootfsPath): EntryPlace | undefined;
  /** Of everything that is there, in no order. */
  origins(): Iterable<EntryPlace>;
  /** What runtimes would not agree on. */
  readonly problems: readonly TreeProblem[];
}

export interface EntryPlace {
  /** From 0; of a directory that is implied, that which uses it first. */
  readonly layer: number;
  /** In the layer; undefined for a directory that is implied. */
  readonly index: number | undefined;
}

export interface TreeProblem {
  readonly path: RootfsPath;
  readonly message: string;
}

/** Takes the layers one by one, so that no more than one need be in memory. */
export interface TreeMerger {
  /** @throws LayahError `bad-image` when the layers imply more directories than an honest image would. */
  add(layer: readonly LayerTarEntry[]): void;
  finish(): MergedTree;
}

export function createTreeMerger(): TreeMerger {
  const state: MergeState = {
    tree: createNodeTree(directoryNode(ROOT_PATH, 0)),
    layer: -1,
    rootIsListed: false,
    linkedInodes: new Set(),
    problems: [],
    impliedDirectories: 0,
  };
  return {
    add(layer) {
      state.layer++;
      const whiteouts = layer.filter(({ header }) => isWhiteout(header.path));
      // A whiteout hides what lower layers hold, wherever in its own layer it stands.
      for (const { header } of whiteouts) applyWhiteout(state, header.path);
      for (const [index, entry] of layer.entries()) {
        if (whiteouts.length === 0 || !isWhiteout(entry.header.path)) addEntry(state, entry, index);
      }
    },
    finish: () => finishTree(state),
  };
}

function finishTree({ tree, rootIsListed, linkedInodes, problems }: MergeState): MergedTree {
  const { root } = tree;
  let inodes: Map<RootfsPath, TreeInode> | undefined;
  return {
    root: root.inode,
    rootIsListed,
    linkedInodes,
    problems,
    get entryCount() {
      return countNodes(root) - 1;
    },
    get inodes() {
      return (inodes ??= new Map(listInodes(root)));
    },
    origin: (path) => tree.find(path),
    origins: () => allNodes(root),
  };
}

/** @throws LayahError `bad-image` */
export function mergeTree(layers: readonly (readonly LayerTarEntry[])[]): MergedTree {
  const merger = createTreeMerger();
  for (const layer of layers) merger.add(layer);
  return merger.finish();
}

interface MergeState {
  readonly tree: NodeTree;
  /** The one that is being added. */
  layer: number;
  rootIsListed: boolean;
  readonly linkedInodes: Set<TreeInode>;
  readonly problems: TreeProblem[];
  impliedDirectories: number;
}

function directoryNode(path: RootfsPath, layer: number): TreeNode {
  const inode: TreeInode = {
    kind: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtimeSeconds: undefined,
    xattrs: [],
  };
  return { path, inode, layer, index: undefined, children: undefined };
}

function applyWhiteout({ tree }: MergeState, path: RootfsPath): void {
  const name = baseName(path);
  const directory = parentPath(path);
  if (name === OPAQUE_MARKER) tree.clear(directory);
  else if (!name.startsWith(AUFS_PREFIX))
    tree.delete(joinPath(directory, name.slice(WHITEOUT_PREFIX.length)));
}

function addEntry(state: MergeState, entry: LayerTarEntry, index: number): void {
  const { tree, layer } = state;
  const { header } = entry;
  const { path } = header;
  if (path === ROOT_PATH) {
    setRoot(state, entry);
    return;
  }
  const inode = header.kind === 'hardlink' ? linkedInode(state, header) : newInode(entry);
  if (inode === undefined) return;
  const parent = parentNode(state, path);
  const existing = parent.children?.get(baseName(path));
  // A directory over a directory changes its metadata and keeps what is in it; everything else replaces.
  const isKept = inode.kind === 'directory' && existing?.inode.kind === 'directory';
  if (isKept) Object.assign(existing, { inode, layer, index });
  else tree.set(parent, { path, inode, layer, index, children: undefined });
}

function setRoot(state: MergeState, entry: LayerTarEntry): void {
  const inode = newInode(entry);
  if (inode?.kind !== 'directory') {
    report(state, ROOT_PATH, `the root is a ${entry.header.kind}`);
    return;
  }
  state.tree.root.inode = inode;
  state.rootIsListed = true;
}

/** One entry of a hostile layer may imply two thousand directories. */
const MAX_IMPLIED_DIRECTORIES = 100_000;

function tooManyImplied(): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `the layers have no entries for more than ${MAX_IMPLIED_DIRECTORIES} directories that they use`,
  });
}

/** The directory that an entry goes into; what is missing or no directory is made up, as runtimes do. */
function parentNode(state: MergeState, path: RootfsPath): TreeNode {
  const { tree, layer } = state;
  const known = tree.find(parentPath(path));
  if (known?.inode.kind === 'directory') return known;
  let node = tree.root;
  let walked = ROOT_PATH;
  for (const name of path.split('/').slice(0, -1)) {
    walked = joinPath(walked, name);
    let child = node.children?.get(name);
    if (child?.inode.kind !== 'directory') {
      if (child !== undefined)
        report(state, path, `${displayPath(walked)} above it is a ${child.inode.kind}`);
      child = directoryNode(walked, layer);
      tree.set(node, child);
      if (++state.impliedDirectories > MAX_IMPLIED_DIRECTORIES) throw tooManyImplied();
    }
    node = child;
  }
  return node;
}

function linkedInode(state: MergeState, header: TarHeader): TreeInode | undefined {
  const target = rootfsPath(header.linkName);
  const inode = state.tree.find(target)?.inode;
  if (inode === undefined || inode.kind === 'directory') {
    const what = inode === undefined ? 'is not there' : 'is a directory';
    report(state, header.path, `it is a hardlink to ${displayPath(target)}, which ${what}`);
    return undefined;
  }
  if (inode.mode !== header.mode || inode.uid !== header.uid || inode.gid !== header.gid) {
    // Runtimes differ in whether they apply the header of the link to the inode.
    report(
      state,
      header.path,
      `its mode or owner is not that of ${displayPath(target)}, to which it is a hardlink`,
    );
  }
  state.linkedInodes.add(inode);
  return inode;
}

function newInode({ header, digest }: LayerTarEntry): TreeInode | undefined {
  const { kind, mode, uid, gid, mtimeSeconds, xattrs } = header;
  switch (kind) {
    case 'directory':
    case 'fifo':
      return { kind, mode, uid, gid, mtimeSeconds, xattrs };
    case 'file':
      return { kind, mode, uid, gid, mtimeSeconds, xattrs, sizeBytes: header.sizeBytes, digest };
    case 'symlink':
      return { kind, mode, uid, gid, mtimeSeconds, xattrs, target: header.linkName };
    case 'character-device':
    case 'block-device': {
      const { deviceMajor, deviceMinor } = header;
      return { kind, mode, uid, gid, mtimeSeconds, xattrs, deviceMajor, deviceMinor };
    }
    case 'hardlink':
      return undefined;
  }
  return unreachable(kind);
}

function report(state: MergeState, path: RootfsPath, message: string): void {
  state.problems.push({ path, message });
}

function* listInodes(root: TreeNode): Generator<[RootfsPath, TreeInode]> {
  for (const { path, inode } of sortedNodes(root)) yield [path, inode];
}

function countNodes(root: TreeNode): number {
  let count = 0;
  for (const _ of allNodes(root)) count++;
  return count;
}
