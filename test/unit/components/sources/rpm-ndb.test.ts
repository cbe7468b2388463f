import { describe, expect, it } from 'vitest';
import { readNdbBlobs, type NdbBlob } from '../../../../src/components/sources/rpm-ndb.ts';
import { buildNdb, collect, readRpmFixture, seekableBuffer } from './rpm-database-builder.ts';

async function blobsOf(content: Buffer): Promise<NdbBlob[]> {
  return await collect(readNdbBlobs(seekableBuffer(content)));
}

const three = new Map([
  [7, Buffer.from('seven')],
  [3, Buffer.alloc(1000, 'three')],
  [300_000, Buffer.alloc(0)],
]);

/** The database of three with bytes changed; the first blob begins at 4096, the second at 4144. */
function changed(change: (content: Buffer) => unknown): Buffer {
  const content = buildNdb(three);
  change(content);
  return content;
}

describe('readNdbBlobs', () => {
  it('reads the packages that another writer put into a database', async () => {
    const blobs = await blobsOf(readRpmFixture('Packages.db'));
    expect(blobs.map(({ kind, packageNumber }) => [kind, packageNumber])).toEqual([
      ['header', 1],
      ['header', 2],
      ['header', 3],
      ['header', 4],
    ]);
  });

  it('gives every header as it was stored', async () => {
    expect(await blobsOf(buildNdb(three))).toEqual(
      [...three].map(([packageNumber, header]) => ({ kind: 'header', packageNumber, header })),
    );
  });

  it('takes an empty database for one without packages', async () => {
    expect(await blobsOf(buildNdb(new Map()))).toEqual([]);
  });

  it('passes over free slots, and finds blobs in any order', async () => {
    const content = changed((bytes) => {
      const first = Buffer.from(bytes.subarray(32, 48));
      bytes.copy(bytes, 32, 48, 64);
      bytes.fill(0, 52, 64);
      first.copy(bytes, 4080);
    });
    expect((await blobsOf(content)).map(({ packageNumber }) => packageNumber)).toEqual([7, 3, 300_000]);
  });

  it.each<[string, (content: Buffer) => Buffer, string]>([
    ['nothing', () => Buffer.alloc(0), 'it does not begin with RpmP'],
    ['another magic', (content) => content.fill('x', 0, 1), 'it does not begin with RpmP'],
    ['a later version', (content) => content.fill(1, 4, 5), 'its version is 1, and only 0 is known'],
    [
      'absurdly many slot pages',
      (content) => content.fill(0xff, 12, 16),
      '4294967295 slot pages do not fit into its 5216 bytes',
    ],
    ['no slot', (content) => content.fill(0, 48, 52), 'no slot at byte 48'],
    [
      'a blob in the slots',
      (content) => content.fill(2, 40, 41).fill(0, 41, 42),
      'the package 7 overlaps what lies before it',
    ],
    [
      'two blobs in one place',
      (content) => content.copyWithin(56, 40, 44),
      'the package 3 overlaps what lies before it',
    ],
    [
      'a blob behind the end',
      (content) => content.subarray(0, -16),
      'the package 300000 lies behind its end',
    ],
    ['absurdly many blocks', (content) => content.fill(0xff, 44, 48), 'the package 7 lies behind its end'],
  ])('refuses %s', async (_, change, what) => {
    await expect(blobsOf(change(buildNdb(three)))).rejects.toMatchObject({
      code: 'bad-database',
      message: `Packages.db is damaged: ${what}`,
    });
  });

  it.each<[string, (content: Buffer) => unknown, string]>([
    ['begins with another magic', (content) => content.fill(0, 4096, 4097), 'it is no blob'],
    ['ends with another magic', (content) => content.fill(0, 4143, 4144), 'it is no blob'],
    ['is that of another package', (content) => content.writeUInt32LE(8, 4100), 'it is that of package 8'],
    [
      'has a wrong size',
      (content) => content.writeUInt32LE(1_000_000, 4108),
      'its size of 1000000 bytes is wrong',
    ],
    ['has two sizes', (content) => content.writeUInt32LE(6, 4108), 'its size of 6 bytes is wrong'],
    ['has another content', (content) => content.fill('x', 4112, 4113), 'its checksum is wrong'],
    ['has one block', (content) => content.writeUInt32LE(1, 44), 'it is too small'],
  ])('says so when a blob %s, and reads the others', async (_, change, what) => {
    const blobs = await blobsOf(changed(change));
    expect(blobs.map(({ kind }) => kind)).toEqual(['damaged', 'header', 'header']);
    expect(blobs[0]).toEqual({ kind: 'damaged', packageNumber: 7, what });
  });

  it('does not read a blob of more than 64 MiB', async () => {
    const small = changed((content) => content.writeUInt32LE(0x500_000, 44 + 32));
    const huge = { ...seekableBuffer(small), sizeBytes: 2 ** 40 };
    const blobs = await collect(readNdbBlobs(huge));
    expect(blobs[2]).toMatchObject({ what: 'it has 83886080 bytes, more than 67108864' });
  });
});
