import { LayahError } from '../../model/errors.ts';
import type { RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';
import type { LimitedWarnings } from './limited-warnings.ts';

/** The content of a file, or undefined when it is missing or cannot be used. */
export type ReadDatabaseFile = (path: RootfsPath, maxBytes: number) => Buffer | undefined;

/**
 * Reads the many small files of a database, no more than `maxTotalBytes` of them in all: one that is no regular file or
 * too large costs a warning, not the build.
 */
export function createDatabaseReader(
  reader: RootfsReader,
  warnings: LimitedWarnings,
  maxTotalBytes: number,
): ReadDatabaseFile {
  let remainingBytes = maxTotalBytes;
  return (path, maxBytes) => {
    try {
      const content = reader.readFile(path, Math.min(maxBytes, remainingBytes));
      remainingBytes -= content?.length ?? 0;
      return content;
    } catch (thrown) {
      if (!(thrown instanceof LayahError) || thrown.code !== 'bad-database') throw thrown;
      warnings.warn(`a file of the package database is not used: ${thrown.message}`);
      return undefined;
    }
  };
}
