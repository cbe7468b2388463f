import { rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';

export interface Md5sumsLine {
  readonly path: RootfsPath;
  readonly md5Hex: string;
}

/**
 * The regular files of a package (dh_md5sums(1); the format of md5sum(1)): a digest, two spaces and a path without a
 * leading slash a line. One at a time, as a file may have millions. Lines of another form are passed over.
 *
 *     d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/bash/README
 *
 * @param text - a byte string.
 */
export function* parseDpkgMd5sums(text: string): Generator<Md5sumsLine> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const pathStart = start + DIGEST_DIGITS + SEPARATOR.length;
    const isLine = pathStart < end && end - pathStart <= MAX_PATH_BYTES;
    const md5Hex = text.slice(start, start + DIGEST_DIGITS);
    if (isLine && text.startsWith(SEPARATOR, start + DIGEST_DIGITS) && DIGEST_PATTERN.test(md5Hex)) {
      yield { path: rootfsPath(text.slice(pathStart, end)), md5Hex };
    }
    start = end + 1;
  }
}

const DIGEST_DIGITS = 32;
const DIGEST_PATTERN = /^[0-9a-f]{32}$/;
const SEPARATOR = '  ';
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;
