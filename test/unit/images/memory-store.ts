import { Readable } from 'node:stream';
import type { ImageStore } from '../../../src/images/image-store.ts';
import { missingBlob } from '../../../src/images/layout-file.ts';
import type { Digest } from '../../../src/model/digest.ts';
import { parseImageIndex } from '../../../src/oci/schemas.ts';
import { indexOf, sha256 } from './layouts.ts';

export interface MemoryImage {
  readonly index?: Buffer;
  readonly blobs: readonly Buffer[];
  /** Content that is stored under a digest that is not its own. */
  readonly swapped?: ReadonlyMap<string, Buffer>;
}

/** An image layout that lies in memory. */
export function memoryStore(image: MemoryImage): ImageStore {
  const blobs = new Map([
    ...image.blobs.map((blob) => [sha256(blob), blob] as const),
    ...(image.swapped ?? []),
  ]);
  const blob = (digest: Digest): Buffer => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) throw missingBlob(digest, 'memory');
    return bytes;
  };
  return {
    location: 'memory',
    readBlob: async (digest) => Readable.from([blob(digest)]),
    readRange: async (digest, offset, lengthBytes) => blob(digest).subarray(offset, offset + lengthBytes),
    size: async (digest) => blobs.get(digest)?.length,
    readIndex: async () => parseImageIndex(image.index ?? indexOf([]), 'index.json of memory'),
    close: async () => {},
  };
}
