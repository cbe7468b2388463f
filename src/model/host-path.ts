import { isAscii, type RootfsPath } from './rootfs-path.ts';

/**
 * A directory of this machine as a byte string that ends in '/'. For an opened root filesystem it is
 * `/proc/self/fd/N/`: short, so that paths of up to 4,000 bytes can be opened, and the same for all threads.
 */
export type HostPrefix = string;

/** What node:fs takes for a path of a root filesystem: a Buffer where a string would be re-encoded. */
export function hostPath(prefix: HostPrefix, path: RootfsPath): string | Buffer {
  const byteString = prefix + path;
  return isAscii(byteString) ? byteString : Buffer.from(byteString, 'latin1');
}
