import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEndOnce } from '../../../src/images/blob-end.ts';
import { parseDigest } from '../../../src/model/digest.ts';

const CONTENT = createHash('shake256', { outputLength: 40_000 }).update('blob').digest();
const BLOB = parseDigest(`sha256:${'a'.repeat(64)}`);
const OTHER = parseDigest(`sha256:${'b'.repeat(64)}`);

describe('readEndOnce', () => {
  it('gives the bytes that the store has, whatever is asked of whichever blob', async () => {
    const offset = fc.nat(CONTENT.length);
    const question = fc.record({ digest: fc.constantFrom(BLOB, OTHER), offset, lengthBytes: offset });
    await fc.assert(
      fc.asyncProperty(offset, fc.array(question), async (sizeBytes, questions) => {
        const { reader, store } = readers(sizeBytes);
        for (const { digest, offset: start, lengthBytes } of questions) {
          const expected = await store.readRange(digest, start, lengthBytes);
          expect((await reader.readRange(digest, start, lengthBytes)).equals(expected)).toBe(true);
        }
      }),
    );
  });

  it('asks the store once for all that lies in the end', async () => {
    const { reader, requests } = readers(CONTENT.length);
    const inTheEnd = [39_949, 38_000, 30_000].map((offset) => reader.readRange(BLOB, offset, 51));
    await Promise.all(inTheEnd);
    expect(requests).toEqual([[CONTENT.length - 16_384, 16_384]]);
    await reader.readRange(BLOB, 10_000, 29_949);
    expect(requests.slice(1)).toEqual([[10_000, 29_949]]);
  });
});

function readers(sizeBytes: number) {
  const requests: (readonly [number, number])[] = [];
  const store = {
    size: async () => sizeBytes,
    async readRange(_: unknown, offset: number, lengthBytes: number) {
      requests.push([offset, lengthBytes]);
      return CONTENT.subarray(0, sizeBytes).subarray(offset, offset + lengthBytes);
    },
  };
  return { store, requests, reader: readEndOnce(store, { digest: BLOB, sizeBytes }) };
}
