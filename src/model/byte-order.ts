import { isAscii } from './rootfs-path.ts';

/** Orders decoded text as its UTF-8 bytes are ordered; for sorting. Plain `<` would order UTF-16 code units. */
export function compareByteOrder(left: string, right: string): number {
  if (left === right) return 0;
  if (isAscii(left) && isAscii(right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}
