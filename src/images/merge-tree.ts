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
import type { LayerTarEntry } from './layer-entries.ts';
import type { TarHeader } from './tar-header.ts';
import { AUFS_PREFIX, isWhiteout, OPAQUE_MARKER, WHITEOUT_PREFIX } from './whiteouts.ts';

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
  /** Without the root, parents first. Made when it is asked for. */
  readonly inodes: ReadonlyMap<RootfsPath, TreeInode>;
  /** Of the same paths: the layer, from 0, whose entry made what is there. Made when it is asked for. */
  readonly layers: ReadonlyMap<RootfsPath, number>;
  /** What runtimes would not agree on. */
  readonly problems: readonly TreeProblem[];
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
    root: directoryNode(0),
    layer: -1,
    rootIsListed: false,
    problems: [],
    impliedDirectories: 0,
  };
  return {
    add(layer) {
      state.layer++;
      // A whiteout hides what lower layers hold, wherever in its own layer it stands.
      for (const { header } of layer) applyWhiteout(state, header.path);
      for (const entry of layer) if (!isWhiteout(entry.header.path)) addEntry(state, entry);
    },
    finish() {
      const { root, rootIsListed, problems } = state;
      let inodes: Map<RootfsPath, TreeInode> | undefined;
      return {
        root: root.inode,
        rootIsListed,
        problems,
        entryCount: countNodes(root),
        get inodes() {
          return (inodes ??= listNodes(root, ({ inode }) => inode));
        },
        get layers() {
          return listNodes(root, ({ layer }) => layer);
        },
      };
    },
  };
}

/** @throws LayahError `bad-image` */
export function mergeTree(layers: readonly (readonly LayerTarEntry[])[]): MergedTree {
  const merger = createTreeMerger();
  for (const layer of layers) merger.add(layer);
  return merger.finish();
}

interface Node {
  inode: TreeInode;
  /** Counted from 0; of a directory that is implied, that which uses it first. */
  layer: number;
  /** Undefined as long as there are none: most nodes are files. */
  children: Map<string, Node> | undefined;
}

interface MergeState {
  readonly root: Node;
  /** The one that is being added. */
  layer: number;
  rootIsListed: boolean;
  readonly problems: TreeProblem[];
  impliedDirectories: number;
}

function directoryNode(layer: number): Node {
  const inode: TreeInode = {
    kind: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtimeSeconds: undefined,
    xattrs: [],
  };
  return { inode, layer, children: undefined };
}

function applyWhiteout(state: MergeState, path: RootfsPath): void {
  const name = baseName(path);
  if (!name.startsWith(WHITEOUT_PREFIX)) return;
  const directory = findNode(state, parentPath(path));
  if (name === OPAQUE_MARKER) directory?.children?.clear();
  else if (!name.startsWith(AUFS_PREFIX)) directory?.children?.delete(name.slice(WHITEOUT_PREFIX.length));
}

function findNode(state: MergeState, path: RootfsPath): Node | undefined {
  let node: Node | undefined = state.root;
  for (const name of path === ROOT_PATH ? [] : path.split('/')) node = node?.children?.get(name);
  return node;
}

function addEntry(state: MergeState, entry: LayerTarEntry): void {
  const { header } = entry;
  if (header.path === ROOT_PATH) {
    if (header.kind !== 'directory') report(state, header.path, `the root is a ${header.kind}`);
    else {
      state.root.inode = { ...metadataOf(header), kind: 'directory' };
      state.rootIsListed = true;
    }
    return;
  }
  const inode = header.kind === 'hardlink' ? linkedInode(state, header) : newInode(entry);
  if (inode === undefined) return;
  const parent = parentNode(state, header.path);
  const name = baseName(header.path);
  const existing = parent.children?.get(name);
  // A directory over a directory changes its metadata and keeps what is in it; everything else replaces.
  const isKept = inode.kind === 'directory' && existing?.inode.kind === 'directory';
  const { layer } = state;
  if (isKept) Object.assign(existing, { inode, layer });
  else setChild(parent, name, { inode, layer, children: undefined });
}

function setChild(parent: Node, name: string, child: Node): void {
  (parent.children ??= new Map()).set(name, child);
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
function parentNode(state: MergeState, path: RootfsPath): Node {
  let node = state.root;
  let walked = ROOT_PATH;
  for (const name of path.split('/').slice(0, -1)) {
    walked = joinPath(walked, name);
    let child = node.children?.get(name);
    if (child?.inode.kind !== 'directory') {
      if (child !== undefined)
        report(state, path, `${displayPath(walked)} above it is a ${child.inode.kind}`);
      child = directoryNode(state.layer);
      setChild(node, name, child);
      if (++state.impliedDirectories > MAX_IMPLIED_DIRECTORIES) throw tooManyImplied();
    }
    node = child;
  }
  return node;
}

function linkedInode(state: MergeState, header: TarHeader): TreeInode | undefined {
  const target = rootfsPath(header.linkName);
  const inode = findNode(state, target)?.inode;
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
  return inode;
}

function metadataOf(header: TarHeader): InodeMetadata {
  const { mode, uid, gid, mtimeSeconds, xattrs } = header;
  return { mode, uid, gid, mtimeSeconds, xattrs };
}

function newInode({ header, digest }: LayerTarEntry): TreeInode | undefined {
  const metadata = metadataOf(header);
  switch (header.kind) {
    case 'directory':
    case 'fifo':
      return { ...metadata, kind: header.kind };
    case 'file':
      return { ...metadata, kind: header.kind, sizeBytes: header.sizeBytes, digest };
    case 'symlink':
      return { ...metadata, kind: header.kind, target: header.linkName };
    case 'character-device':
    case 'block-device': {
      const { kind, deviceMajor, deviceMinor } = header;
      return { ...metadata, kind, deviceMajor, deviceMinor };
    }
    case 'hardlink':
      return undefined;
  }
  return unreachable(header.kind);
}

function report(state: MergeState, path: RootfsPath, message: string): void {
  state.problems.push({ path, message });
}

function listNodes<Value>(root: Node, valueOf: (node: Node) => Value): Map<RootfsPath, Value> {
  const values = new Map<RootfsPath, Value>();
  // A stack of our own: a hostile tree may be deeper than the call stack.
  const pending: { readonly path: RootfsPath; readonly node: Node }[] = [{ path: ROOT_PATH, node: root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.path !== ROOT_PATH) values.set(next.path, valueOf(next.node));
    for (const [name, node] of next.node.children ?? [])
      pending.push({ path: joinPath(next.path, name), node });
  }
  return values;
}

function countNodes(root: Node): number {
  let count = -1;
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    count++;
    for (const node of next.children?.values() ?? []) pending.push(node);
  }
  return count;
}
