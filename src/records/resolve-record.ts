/*
 * Where the files of a record are in another tree: it may have been made of an older image, and name files through
 * symlinks of directories (/bin/sh after the usr-merge).
 */
import type { RecordedFile } from '../model/record.ts';
import { resolveLinks, type TreeNode } from '../model/resolve-links.ts';
import { ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';

export interface ResolvedRecord {
  /** What the tree has of it, in order, each once: what symlinks lead to, and no directories. */
  readonly paths: readonly RootfsPath[];
  /** What leads nowhere in this tree, as recorded. */
  readonly missing: readonly RootfsPath[];
}

export function resolveRecord(
  files: readonly RecordedFile[],
  find: (path: RootfsPath) => TreeNode | undefined,
): ResolvedRecord {
  const paths = new Set<RootfsPath>();
  const missing: RootfsPath[] = [];
  for (const { path } of files) {
    const found = resolveLinks(path, find);
    if (found === undefined) missing.push(path);
    // A directory has nothing to fetch.
    else if (found !== ROOT_PATH && find(found)?.kind !== 'directory') paths.add(found);
  }
  return { paths: [...paths], missing };
}
