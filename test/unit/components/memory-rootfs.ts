import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Entry, LinkableEntry, Scan, Xattr } from '../../../src/model/entry.ts';
import { LayahError, unreachable } from '../../../src/model/errors.ts';
import {
  ancestorPaths,
  baseName,
  displayPath,
  joinPath,
  parentPath,
  ROOT_PATH,
  rootfsPath,
  type RootfsPath,
} from '../../../src/model/rootfs-path.ts';
import type { RootfsReader } from '../../../src/model/rootfs-reader.ts';

export type MemoryNode =
  | { readonly kind: 'directory'; readonly xattrs?: Readonly<Record<string, string | Buffer>> }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'fifo' }
  | {
      readonly kind: 'file';
      readonly content?: string | Uint8Array;
      /** When the content does not matter. */
      readonly sizeBytes?: number;
      /** Files with the same label are one inode. */
      readonly inode?: string;
      readonly xattrs?: Readonly<Record<string, string | Buffer>>;
    };

/** Nodes by path (a byte string); missing parents are made. The path '' is the root. */
export type MemoryTree = Readonly<Record<string, MemoryNode>>;

export interface MemoryRootfs {
  readonly scan: Scan;
  readonly reader: RootfsReader;
  /** What was asked of the reader beyond the scan. */
  readonly resolvedPaths: RootfsPath[];
  /** What was hashed: `sha256 usr/bin/a`. */
  readonly hashedPaths: string[];
}

/** A scanned root filesystem without a disk. */
export function createMemoryRootfs(tree: MemoryTree): MemoryRootfs {
  const nodes = new Map<RootfsPath, MemoryNode>();
  for (const [byteString, node] of Object.entries(tree)) {
    const path = rootfsPath(byteString);
    for (const parent of ancestorPaths(path))
      if (!nodes.has(parent)) nodes.set(parent, { kind: 'directory' });
    nodes.set(path, node);
  }
  const resolvedPaths: RootfsPath[] = [];
  const hashedPaths: string[] = [];
  const reader = createReader(nodes, resolvedPaths, hashedPaths);
  return { scan: scanNodes(nodes), reader, resolvedPaths, hashedPaths };
}

export function scanOf(tree: MemoryTree): Scan {
  return createMemoryRootfs(tree).scan;
}

function scanNodes(nodes: ReadonlyMap<RootfsPath, MemoryNode>): Scan {
  // '\0' sorts before every byte of a name, so this is depth first.
  const keyed = [...nodes.keys()]
    .filter((path) => path !== '')
    .map((path) => [path.replaceAll('/', '\0'), path]);
  const paths = keyed
    .sort(([left = ''], [right = '']) => (left < right ? -1 : 1))
    .map(([, path = '']) => path);
  const byInode = new Map<string, RootfsPath[]>();
  for (const path of paths.map(rootfsPath)) {
    const node = nodes.get(path);
    if (node?.kind !== 'file' || node.inode === undefined) continue;
    byInode.set(node.inode, [...(byInode.get(node.inode) ?? []), path]);
  }
  const groups = [...byInode.values()].filter((group) => group.length > 1);
  const entries = paths.map((path) => entryOf(rootfsPath(path), nodes, groups));
  const root = nodes.get(ROOT_PATH);
  const rootXattrs = root?.kind === 'directory' ? xattrsOf(root.xattrs) : [];
  return {
    root: { ...metadata(ROOT_PATH), kind: 'directory', xattrs: rootXattrs },
    entries,
    byPath: new Map(entries.map((entry) => [entry.path, entry])),
    isComplete: true,
    linkGroups: groups,
  };
}

function entryOf(
  path: RootfsPath,
  nodes: ReadonlyMap<RootfsPath, MemoryNode>,
  groups: readonly (readonly RootfsPath[])[],
): Entry {
  const node = nodes.get(path) ?? { kind: 'directory' };
  const group = groups.findIndex((paths) => paths.includes(path));
  const common: Pick<LinkableEntry, keyof ReturnType<typeof metadata> | 'linkGroup'> = {
    ...metadata(path),
    linkGroup: group < 0 ? undefined : group,
  };
  switch (node.kind) {
    case 'directory':
      return { ...metadata(path), kind: 'directory', xattrs: xattrsOf(node.xattrs) };
    case 'symlink':
      return { ...common, kind: 'symlink', target: node.target };
    case 'fifo':
      return { ...common, kind: 'fifo' };
    case 'file': {
      const sizeBytes = node.sizeBytes ?? Buffer.from(node.content ?? '').length;
      return { ...common, kind: 'file', sizeBytes, mtimeNanoseconds: 0n, xattrs: xattrsOf(node.xattrs) };
    }
  }
  return unreachable(node);
}

function metadata(path: RootfsPath): Omit<Entry, 'kind' | 'linkGroup'> {
  return { path, mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0, xattrs: [] };
}

function xattrsOf(values: Readonly<Record<string, string | Buffer>> = {}): Xattr[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value: Buffer.from(value) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

function createReader(
  nodes: ReadonlyMap<RootfsPath, MemoryNode>,
  resolvedPaths: RootfsPath[],
  hashedPaths: string[],
): RootfsReader {
  const resolve = (path: RootfsPath, linksLeft = 40): RootfsPath | undefined => {
    if (path === '') return ROOT_PATH;
    const parent = resolve(parentPath(path), linksLeft);
    if (parent === undefined) return undefined;
    const real = joinPath(parent, baseName(path));
    const node = nodes.get(real);
    if (node?.kind !== 'symlink') return node === undefined ? undefined : real;
    const target = node.target.startsWith('/') ? node.target : `${parent}/${node.target}`;
    return linksLeft === 0 ? undefined : resolve(rootfsPath(target), linksLeft - 1);
  };
  const noted = (path: RootfsPath): RootfsPath => {
    resolvedPaths.push(path);
    return path;
  };
  return {
    hostDirectory: '/memory',
    resolve: (path) => resolve(noted(path)),
    resolveParent(path) {
      const parent = resolve(parentPath(noted(path)));
      return parent === undefined ? undefined : joinPath(parent, baseName(path));
    },
    readFile(path, maxBytes) {
      const real = resolve(path);
      const node = real === undefined ? undefined : nodes.get(real);
      if (real === undefined || node === undefined) return undefined;
      const content = node.kind === 'file' ? Buffer.from(node.content ?? '') : undefined;
      if (content === undefined || content.length > maxBytes) throw unusable(real);
      return content;
    },
    copyFile(path, hostDestination, maxBytes) {
      const content = this.readFile(path, maxBytes);
      if (content !== undefined) writeFileSync(hostDestination, content, { flag: 'wx' });
      return Promise.resolve(content !== undefined);
    },
    hashFile(path, algorithm, signal) {
      signal.throwIfAborted();
      hashedPaths.push(`${algorithm} ${path}`);
      const real = resolve(path);
      const node = real === undefined ? undefined : nodes.get(real);
      if (node?.kind !== 'file') return Promise.resolve(undefined);
      return Promise.resolve(
        createHash(algorithm)
          .update(Buffer.from(node.content ?? ''))
          .digest('hex'),
      );
    },
  };
}

function unusable(path: RootfsPath): LayahError {
  return new LayahError({ code: 'bad-database', message: `${displayPath(path)} cannot be used` });
}
