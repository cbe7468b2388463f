import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/images/read-document.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import { sha256 } from './layouts.ts';
import { memoryStore } from './memory-store.ts';

const DOCUMENT = Buffer.from('{"a":1}');
const DIGEST = parseDigest(sha256(DOCUMENT));

/** A store that has something else, perhaps, under the document's digest. */
const storeOf = (stored: Buffer) => memoryStore({ blobs: [], swapped: new Map([[DIGEST, stored]]) });
const descriptor = (size = DOCUMENT.length) => ({ mediaType: 'application/json', digest: DIGEST, size });

describe('reading a document', () => {
  it('asks for nothing but its bytes', async () => {
    const store = { ...storeOf(DOCUMENT), size: () => Promise.reject(new Error('it asked for the size')) };
    expect(await readDocument(store, descriptor())).toEqual(DOCUMENT);
  });

  it.each([
    ['longer', Buffer.concat([DOCUMENT, Buffer.from(' ')]), undefined],
    ['shorter', DOCUMENT.subarray(0, -1), undefined],
    ['another one', Buffer.from('{"a":2}'), undefined],
    ['longer than its descriptor says', DOCUMENT, DOCUMENT.length - 1],
    ['shorter than its descriptor says', DOCUMENT, DOCUMENT.length + 1],
  ])('refuses one that is %s', async (_, stored, size) => {
    await expect(readDocument(storeOf(stored), descriptor(size))).rejects.toThrow(
      `the blob ${DIGEST} of memory is not what its digest and size say`,
    );
  });

  it('refuses one that is not there, or too large for a document', async () => {
    const missing = memoryStore({ blobs: [] });
    await expect(readDocument(missing, descriptor())).rejects.toThrow('is not in memory');
    await expect(readDocument(storeOf(DOCUMENT), descriptor((16 << 20) + 1))).rejects.toThrow(
      'has 16777217 bytes, more than the 16777216 that are read of a JSON document',
    );
  });
});
