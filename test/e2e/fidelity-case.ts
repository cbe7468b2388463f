import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { getAttributeSync, listAttributesSync, setAttributeSync } from 'fs-xattr';

/** One thing that an image must carry. Its paths are its own. */
export interface FidelityCase {
  readonly title: string;
  readonly make: (tree: Tree) => void;
  /** Holds for the tree that was made, too, so that a case fails that the file system refused to make. */
  readonly expectation: (tree: Tree) => void;
}

/** Text stands for its UTF-8. */
export type Name = string | Buffer;

/** What is looked at: the tree that was made, the image as podman mounts it, its layers as GNU tar extracts them. */
export type TreeKind = 'input' | 'podman' | 'tar';

/** A directory that is held open: what lies below it can be reached by paths of up to 4,000 bytes. */
export interface Tree {
  readonly kind: TreeKind;
  /** The path for node:fs and, as text, for other programs. */
  at(name: Name): Buffer;
  close(): void;
}

export function openTree(directory: string, kind: TreeKind): Tree {
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const prefix = Buffer.from(`/proc/${process.pid}/fd/${descriptor}/`);
  return {
    kind,
    at: (name) => Buffer.concat([prefix, Buffer.from(name)]),
    close: () => closeSync(descriptor),
  };
}

export function statsOf(tree: Tree, name: Name): BigIntStats {
  return lstatSync(tree.at(name), { bigint: true });
}

/** With the directories above it. */
export function makeFile(tree: Tree, path: Name, content: string | Uint8Array): void {
  mkdirSync(tree.at(parentOf(path)), { recursive: true });
  writeFileSync(tree.at(path), content);
}

export function parentOf(path: Name): Buffer {
  const bytes = Buffer.from(path);
  return bytes.subarray(0, Math.max(bytes.lastIndexOf('/'), 0));
}

/** The low twelve bits. */
export function modeOf(tree: Tree, name: Name): number {
  return Number(statsOf(tree, name).mode) & 0o7777;
}

/** Runs a program with the entry's path as its last argument. */
export function runOn(tree: Tree, name: Name, program: string, ...args: string[]): void {
  execFileSync(program, [...args, tree.at(name).toString()], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export function setXattr(tree: Tree, name: Name, attribute: string, value: Name): void {
  setAttributeSync(tree.at(name).toString(), attribute, Buffer.from(value));
}

/** Of the entry itself, a symlink too; without labels of the host. */
export function xattrsOf(tree: Tree, name: Name): Record<string, Buffer> {
  const descriptor = openSync(tree.at(name), O_PATH | constants.O_NOFOLLOW);
  try {
    const path = `/proc/self/fd/${descriptor}`;
    const names = listAttributesSync(path).filter((attribute) => attribute !== 'security.selinux');
    return Object.fromEntries(names.map((attribute) => [attribute, getAttributeSync(path, attribute)]));
  } finally {
    closeSync(descriptor);
  }
}

const O_PATH = 0o10000000;
