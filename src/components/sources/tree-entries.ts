import type { Entry, Scan } from '../../model/entry.ts';
import {
  baseName,
  isParent,
  joinPath,
  parentPath,
  ROOT_PATH,
  type RootfsPath,
} from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';

/** The scanned entry that a package's path names, or undefined when the tree does not hold it. */
export type FindEntry = (path: RootfsPath) => Entry | undefined;

/**
 * Finds entries through the tree's own directory symlinks (`/bin/sh` is `usr/bin/sh` after the usr-merge); a symlink
 * in the last place is the entry itself. What the scan does not hold is not there, so only links ask the disk, each
 * once: a list may lead a million paths through a link that goes round in circles.
 */
export function createFindEntry(scan: Scan, reader: RootfsReader): FindEntry {
  const linkTargets = new Map<RootfsPath, RootfsPath | undefined>();
  const followLink = (path: RootfsPath): RootfsPath | undefined => {
    if (!linkTargets.has(path)) linkTargets.set(path, reader.resolve(path));
    return linkTargets.get(path);
  };
  /** Undefined too when it is the directory itself, in which there is nothing to find then. */
  const realDirectory = (directory: RootfsPath): RootfsPath | undefined => {
    if (directory === ROOT_PATH || scan.byPath.get(directory)?.kind === 'directory') return undefined;
    let real = ROOT_PATH;
    for (const name of directory.split('/')) {
      const path = joinPath(real, name);
      const kind = scan.byPath.get(path)?.kind;
      const next = kind === 'symlink' ? followLink(path) : path;
      if (next === undefined || (kind !== 'symlink' && kind !== 'directory')) return undefined;
      real = next;
    }
    return real;
  };
  // Lists name the files of a directory one after the other.
  let latest = ROOT_PATH;
  let latestReal: RootfsPath | undefined;
  return (path) => {
    const entry = scan.byPath.get(path);
    if (entry !== undefined || path === '') return entry;
    if (!isParent(latest, path)) {
      latest = parentPath(path);
      latestReal = realDirectory(latest);
    }
    return latestReal === undefined ? undefined : scan.byPath.get(joinPath(latestReal, baseName(path)));
  };
}
