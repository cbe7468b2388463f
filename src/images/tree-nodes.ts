/*
 * The tree that layers are merged into: directories are taken away whole, and most paths that are looked for lie in one
 * that was found before.
 */
import { baseName, parentPath, ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import type { TreeInode } from './merge-tree.ts';

export interface TreeNode {
  readonly path: RootfsPath;
  inode: TreeInode;
  /** Counted from 0, whose entry made what is there; of a directory that is implied, that which uses it first. */
  layer: number;
  /** Of the entry in its layer; undefined for what is implied. */
  index: number | undefined;
  /** By name; undefined as long as there are none: most nodes are files. */
  children: Map<string, TreeNode> | undefined;
}

export interface NodeTree {
  readonly root: TreeNode;
  /** Undefined when nothing is there. */
  find(path: RootfsPath): TreeNode | undefined;
  /** Takes the place of what has its path. */
  set(directory: TreeNode, child: TreeNode): void;
  /** With all that is below. */
  delete(path: RootfsPath): void;
  /** All that is below a path. */
  clear(path: RootfsPath): void;
}

export function createNodeTree(root: TreeNode): NodeTree {
  const directories = new Map<RootfsPath, TreeNode>([[ROOT_PATH, root]]);
  const forget = (): void => {
    directories.clear();
    directories.set(ROOT_PATH, root);
  };
  const findDirectory = (path: RootfsPath): TreeNode | undefined => {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const found = walkTo(root, path);
    // What has nothing below it may be replaced without `forget`.
    if (found?.children !== undefined) directories.set(path, found);
    return found;
  };
  const find = (path: RootfsPath): TreeNode | undefined =>
    path === ROOT_PATH ? root : findDirectory(parentPath(path))?.children?.get(baseName(path));
  return {
    root,
    find,
    set(directory, child) {
      const name = baseName(child.path);
      directory.children ??= new Map();
      if (directory.children.get(name)?.children !== undefined) forget();
      directory.children.set(name, child);
    },
    delete(path) {
      find(parentPath(path))?.children?.delete(baseName(path));
      forget();
    },
    clear(path) {
      find(path)?.children?.clear();
      forget();
    },
  };
}

function walkTo(root: TreeNode, path: RootfsPath): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const name of path === ROOT_PATH ? [] : path.split('/')) node = node?.children?.get(name);
  return node;
}

/** With the root, in no order that means anything but parents first. */
export function* allNodes(root: TreeNode): Generator<TreeNode> {
  // A stack of our own: a hostile tree may be deeper than the call stack.
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    for (const child of node.children?.values() ?? []) pending.push(child);
  }
}

/** Without the root; depth first, the names of a directory in byte order. */
export function* sortedNodes(root: TreeNode): Generator<TreeNode> {
  const pending = lastFirst(root.children ?? NONE);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if (node.children === undefined) continue;
    for (const child of lastFirst(node.children)) pending.push(child);
  }
}

const NONE: ReadonlyMap<string, TreeNode> = new Map();

function lastFirst(children: ReadonlyMap<string, TreeNode>): TreeNode[] {
  return [...children.values()].sort((left, right) => (left.path < right.path ? 1 : -1));
}
