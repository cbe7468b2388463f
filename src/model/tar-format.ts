/*
 * A ustar header block (POSIX.1-1988, "ustar Interchange Format"), offset and length in bytes:
 *
 *     0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 checksum 8
 *   156 typeflag 1 | 157 linkname 100 | 257 "ustar\0" 6 | 263 "00" 2 | 265 uname 32 | 297 gname 32
 *   329 devmajor 8 | 337 devminor 8 | 345 prefix 155 | 500 zero 12
 *
 * Numbers are octal text that ends in NUL. What does not fit stands in a PAX extended header before the entry
 * (POSIX.1-2001, pax, "pax Header Block"): records "LENGTH KEY=VALUE\n" as the payload of an entry of type 'x'.
 */
export const TAR_BLOCK_BYTES = 512;

/** Two zero blocks end an archive. */
export const END_OF_ARCHIVE_BYTES = 2 * TAR_BLOCK_BYTES;

export const PAX_XATTR_PREFIX = 'SCHILY.xattr.';

export const TYPE_FLAG = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  characterDevice: '3',
  blockDevice: '4',
  directory: '5',
  fifo: '6',
  paxHeader: 'x',
} as const;

/** How many zero bytes follow `sizeBytes` of content up to the next block. */
export function tarPaddingBytes(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}
