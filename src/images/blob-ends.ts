import type { Digest } from '../model/digest.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';

export type RangeReader = Pick<ImageStore, 'readRange' | 'size'>;

/** The footer of eStargz and, of most layers, the whole TOC and the last files before it. */
const END_BYTES = 16 << 10;

/** Images with more layers are rare, and only cost more requests. */
const MAX_ENDS = 256;

/**
 * The same store, which reads the end of each of the blobs once and answers from it: at a registry every request costs
 * more than these bytes. What package managers know of a layer's files is in /var, so it stands there too, mostly.
 */
export function rememberEnds(store: ImageStore, blobs: readonly ReadDescriptor[]): ImageStore {
  const endStarts = new Map(blobs.map(({ digest, size }) => [digest, Math.max(0, size - END_BYTES)]));
  const ends = new Map<Digest, Promise<Buffer>>();
  const readEnd = (digest: Digest, endStart: number): Promise<Buffer> => {
    const end = ends.get(digest) ?? store.readRange(digest, endStart, END_BYTES);
    ends.set(digest, end);
    const [oldest] = ends.keys();
    if (ends.size > MAX_ENDS && oldest !== undefined) ends.delete(oldest);
    return end;
  };
  return {
    ...store,
    async readRange(digest, start, lengthBytes) {
      const endStart = endStarts.get(digest);
      if (endStart === undefined || start < endStart) return store.readRange(digest, start, lengthBytes);
      const offset = start - endStart;
      return (await readEnd(digest, endStart)).subarray(offset, offset + lengthBytes);
    },
  };
}
