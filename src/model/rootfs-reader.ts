import type { RootfsPath } from './rootfs-path.ts';

/** What package databases record of file content. */
export type DigestAlgorithm = 'sha256' | 'sha1' | 'md5';

/** Reads regular files of a root filesystem. Every symlink is resolved inside it, as if it were `/`. */
export interface RootfsReader {
  /**
   * The path with every symlink resolved (the last name too), or undefined when nothing is there, a link
   * loops or a name on the way is no directory.
   */
  resolve(path: RootfsPath): RootfsPath | undefined;
  /** The path with the symlinks of its parent directories resolved, the last name left as it is. */
  resolveParent(path: RootfsPath): RootfsPath | undefined;
  /**
   * The content of a regular file, at most `maxBytes` long.
   * @returns undefined when nothing is there.
   * @throws LayahError `bad-database` naming the path when it is no regular file or too large.
   */
  readFile(path: RootfsPath, maxBytes: number): Buffer | undefined;
  /**
   * The digest of a regular file's content in lower-case hex, read in pieces: a file of any size takes little memory.
   * @returns undefined when no regular file is there.
   * @throws the signal's reason once it is aborted.
   */
  hashFile(path: RootfsPath, algorithm: DigestAlgorithm, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Copies a regular file in pieces to a new file of this machine that only its owner may read.
   * @returns false when nothing is there.
   * @throws LayahError `bad-database` naming the path when it is no regular file or larger than `maxBytes`.
   */
  copyFile(path: RootfsPath, hostDestination: string, maxBytes: number): Promise<boolean>;
  /** Where the root filesystem lies on this machine, for programs that must be pointed at a directory. */
  readonly hostDirectory: string;
}
