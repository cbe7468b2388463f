import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type Digest, digestHex } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { resolveLinks } from '../model/resolve-links.ts';
import { baseName, displayPath, joinPath, parentPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { RootfsReader } from '../model/rootfs-reader.ts';
import type { MergedTree, TreeInode } from './merge-tree.ts';

/** Contents that were read out of an image, by their digests. */
export type FileContents = ReadonlyMap<Digest, Buffer>;

/**
 * Reads files of an image, as far as their contents were fetched before: all others are as if they were not there. Of
 * those the SHA-256 is known all the same.
 */
export function createTreeReader({ root, inodes }: MergedTree, contents: FileContents): RootfsReader {
  const resolve = (path: RootfsPath) => resolveLinks(path, (found) => inodes.get(found));
  const find = (path: RootfsPath): TreeInode | undefined => {
    const resolved = resolve(path);
    return resolved === '' ? root : resolved && inodes.get(resolved);
  };
  const readFile = (path: RootfsPath, maxBytes: number): Buffer | undefined => {
    const inode = find(path);
    if (inode === undefined) return undefined;
    if (inode.kind !== 'file') throw unusable(path, 'is not a regular file');
    if (inode.sizeBytes > maxBytes) {
      throw unusable(path, `has ${inode.sizeBytes} bytes, more than the limit of ${maxBytes}`);
    }
    return inode.digest && contents.get(inode.digest);
  };
  return {
    hostDirectory: '/',
    resolve,
    resolveParent(path) {
      const parent = resolve(parentPath(path));
      return parent === undefined ? undefined : joinPath(parent, baseName(path));
    },
    readFile,
    async hashFile(path, algorithm) {
      const inode = find(path);
      if (inode?.kind !== 'file' || inode.digest === undefined) return undefined;
      if (algorithm === 'sha256') return digestHex(inode.digest);
      const content = contents.get(inode.digest);
      return content && createHash(algorithm).update(content).digest('hex');
    },
    async copyFile(path, hostDestination, maxBytes) {
      const content = readFile(path, maxBytes);
      if (content === undefined) return false;
      await writeFile(hostDestination, content, { flag: 'wx', mode: 0o600 });
      return true;
    },
  };
}

function unusable(path: RootfsPath, what: string): LayahError {
  return new LayahError({ code: 'bad-database', message: `${displayPath(path)} in the image ${what}` });
}
