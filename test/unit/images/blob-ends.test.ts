import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rememberEnds } from '../../../src/images/blob-ends.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import { memoryStore } from './memory-store.ts';

const CONTENT = createHash('shake256', { outputLength: 40_000 }).update('blob').digest();
const END_START = CONTENT.length - 16_384;
const LAYER_MEDIA_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

describe('a store that remembers the ends of blobs', () => {
  it('gives the bytes that the store has, whatever is asked of whichever blob', async () => {
    const offset = fc.nat(CONTENT.length);
    const questions = fc.array(
      fc.record({ number: fc.constantFrom(1, 2, 3), start: offset, lengthBytes: offset }),
    );
    await fc.assert(
      fc.asyncProperty(offset, questions, async (sizeBytes, asked) => {
        // Of the third blob nobody has said how large it is.
        const { remembering, store } = remember({ blobCount: 2, sizeBytes });
        for (const { number, start, lengthBytes } of asked) {
          const expected = await store.readRange(digestOf(number), start, lengthBytes);
          const read = await remembering.readRange(digestOf(number), start, lengthBytes);
          expect(read.equals(expected)).toBe(true);
        }
      }),
    );
  });

  it('asks once for all that lies in the end of a blob', async () => {
    const { remembering, requests } = remember({ blobCount: 2 });
    const inTheEnd = [39_949, 38_000, 30_000].map((start) => remembering.readRange(digestOf(1), start, 51));
    await Promise.all(inTheEnd);
    expect(requests).toEqual([[digestOf(1), END_START, 16_384]]);
    await remembering.readRange(digestOf(1), 10_000, 29_949);
    await remembering.readRange(digestOf(2), END_START, 1);
    await remembering.readRange(digestOf(1), END_START, 1);
    expect(requests.slice(1)).toEqual([
      [digestOf(1), 10_000, 29_949],
      [digestOf(2), END_START, 16_384],
    ]);
  });

  it('forgets the first of very many', async () => {
    const { remembering, requests } = remember({ blobCount: 1000 });
    for (let number = 1; number <= 1000; number++) {
      await remembering.readRange(digestOf(number), CONTENT.length - 51, 51);
    }
    expect(requests).toHaveLength(1000);
    await remembering.readRange(digestOf(1000), END_START, 51);
    expect(requests).toHaveLength(1000);
    await remembering.readRange(digestOf(1), END_START, 51);
    expect(requests).toHaveLength(1001);
  });
});

function digestOf(number: number) {
  return parseDigest(`sha256:${String(number).padStart(64, '0')}`);
}

function remember({ blobCount, sizeBytes = CONTENT.length }: { blobCount: number; sizeBytes?: number }) {
  const requests: (readonly [string, number, number])[] = [];
  const store = {
    ...memoryStore({ blobs: [] }),
    async readRange(digest: string, offset: number, lengthBytes: number) {
      requests.push([digest, offset, lengthBytes]);
      return CONTENT.subarray(0, sizeBytes).subarray(offset, offset + lengthBytes);
    },
  };
  const blobs = Array.from({ length: blobCount }, (_, index) => ({
    mediaType: LAYER_MEDIA_TYPE,
    digest: digestOf(index + 1),
    size: sizeBytes,
  }));
  return { store, requests, remembering: rememberEnds(store, blobs) };
}
