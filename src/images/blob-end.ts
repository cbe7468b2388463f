import type { Digest } from '../model/digest.ts';
import type { ImageStore } from './image-store.ts';

export type RangeReader = Pick<ImageStore, 'readRange' | 'size'>;

/** The footer of eStargz and, of most layers, the whole TOC before it. */
const END_BYTES = 16 << 10;

/** Reads the end of a blob once and answers from it: at a registry every request costs more than these bytes. */
export function readEndOnce(
  store: RangeReader,
  blob: { readonly digest: Digest; readonly sizeBytes: number },
): RangeReader {
  const endStart = Math.max(0, blob.sizeBytes - END_BYTES);
  let end: Promise<Buffer> | undefined;
  return {
    size: (digest) => store.size(digest),
    async readRange(digest, start, lengthBytes) {
      if (digest !== blob.digest || start < endStart) return store.readRange(digest, start, lengthBytes);
      end ??= store.readRange(digest, endStart, END_BYTES);
      const offset = start - endStart;
      return (await end).subarray(offset, offset + lengthBytes);
    },
  };
}
