/*
 * The tree that layers are merged into: directories are taken away whole, and most paths that are looked for one after
 * the other lie in one directory.
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
  let latest = root;
  const findDirectory = (path: RootfsPath): TreeNode | undefined => {
    if (path === latest.path) return latest;
    const found = walkTo(root, path);
    if (found !== undefined) latest = found;
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
      if (directory.children.has(name)) latest = root;
      directory.children.set(name, child);
    },
    delete(path) {
      find(parentPath(path))?.children?.delete(baseName(path));
      latest = root;
    },
    clear(path) {
      find(path)?.children?.clear();
      latest = root;
    },
  };
}

function walkTo(root: TreeNode, path: RootfsPath): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const name of path === ROOT_PATH ? [] : path.split('/')) node = node?.children?.get(name);
  return node;
}

/** Without the root; depth first, the names of a directory in byte order. */
export function* listNodes(root: TreeNode): Generator<TreeNode> {
  // A stack of our own: a hostile tree may be deeper than the call stack.
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node !== root) yield node;
    if (node.children === undefined) continue;
    for (const child of lastFirst(node.children)) pending.push(child);
  }
}

function lastFirst(children: ReadonlyMap<string, TreeNode>): TreeNode[] {
  return [...children.values()].sort((left, right) => (left.path < right.path ? 1 : -1));
}
