import type { Entry, Scan } from '../../model/entry.ts';
import { baseName, joinPath, parentPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';

/** The scanned entry that a package's path names, or undefined when the tree does not hold it. */
export type FindEntry = (path: RootfsPath) => Entry | undefined;

/**
 * Finds entries through the tree's own directory symlinks (`/bin/sh` is `usr/bin/sh` after the usr-merge); a symlink
 * in the last place is the entry itself. The scan follows no link, so a path that it holds needs no resolving, and a
 * name that is missing in a directory that it holds is missing: only the rest asks the disk, once a directory.
 */
export function createFindEntry(scan: Scan, reader: RootfsReader): FindEntry {
  const realDirectories = new Map<RootfsPath, RootfsPath | undefined>();
  const realDirectory = (path: RootfsPath): RootfsPath | undefined => {
    const directory = parentPath(path);
    if (realDirectories.has(directory)) return realDirectories.get(directory);
    const resolved = reader.resolveParent(path);
    const real = resolved === undefined ? undefined : parentPath(resolved);
    realDirectories.set(directory, real);
    return real;
  };
  return (path) => {
    const entry = scan.byPath.get(path);
    if (entry !== undefined || path === '') return entry;
    const directory = parentPath(path);
    if (directory === '' || scan.byPath.get(directory)?.kind === 'directory') return undefined;
    const real = realDirectory(path);
    return real === undefined ? undefined : scan.byPath.get(joinPath(real, baseName(path)));
  };
}
