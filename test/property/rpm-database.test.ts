import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRpmHeader } from '../../src/components/sources/rpm-header.ts';
import { readNdbBlobs } from '../../src/components/sources/rpm-ndb.ts';
import { createRpmLimit } from '../../src/components/sources/rpm-package.ts';
import { LayahError } from '../../src/model/errors.ts';
import {
  buildNdb,
  buildRpmHeader,
  collect,
  readRpmFixture,
  seekableBuffer,
} from '../unit/components/sources/rpm-database-builder.ts';

/** Any bytes but NUL. */
const aText = fc
  .uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

const aFile = fc.record({
  directory: fc.nat({ max: 2 }),
  baseName: aText,
  mode: fc.nat({ max: 0xffff }),
  sizeBytes: fc.nat({ max: 2 ** 40 }),
  digestHex: fc.option(aText, { nil: undefined }),
});

function parse(header: Buffer): unknown {
  return parseRpmHeader(header, createRpmLimit());
}

/** Bytes of a real database with some of them changed. */
function mutations(original: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.tuple(
    fc.nat({ max: original.length - 1 }),
    fc.oneof(fc.nat({ max: 255 }), fc.constant(255)),
  );
  return fc.array(change, { minLength: 1, maxLength: 8 }).map((changes) => {
    const copy = Buffer.from(original);
    for (const [offset, byte] of changes) copy[offset] = byte;
    return copy;
  });
}

const realDatabase = readRpmFixture('more.ndb');
/** The header of the first package: behind the slots and the head of its blob. */
const realHeader = realDatabase.subarray(4096 + 16, 4096 + 16 + realDatabase.readUInt32LE(4096 + 12));

function expectOurError(run: () => unknown): void {
  try {
    run();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LayahError);
    expect(thrown).toMatchObject({ code: 'bad-database' });
  }
}

describe('the reader of rpm headers', () => {
  it('reads back every package that was written', () => {
    const directories = ['/', '/usr/', '/usr/lib/x/'];
    fc.assert(
      fc.property(aText, fc.array(aFile, { minLength: 1, maxLength: 20 }), (name, files) => {
        const header = buildRpmHeader([
          [1000, { type: 'string', strings: [name] }],
          [1030, { type: 'int16', numbers: files.map(({ mode }) => mode) }],
          [1035, { type: 'strings', strings: files.map(({ digestHex }) => digestHex ?? '') }],
          [1116, { type: 'int32', numbers: files.map(({ directory }) => directory) }],
          [1117, { type: 'strings', strings: files.map(({ baseName }) => baseName) }],
          [1118, { type: 'strings', strings: directories }],
          [5008, { type: 'int64', numbers: files.map(({ sizeBytes }) => sizeBytes) }],
        ]);
        expect(parse(header)).toMatchObject({
          name,
          files: files.map(({ directory, baseName, ...others }) => ({
            name: `${directories[directory]}${baseName}`,
            ...others,
          })),
        });
      }),
    );
  });

  it('takes any bytes or refuses them with an error of ours', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          mutations(realHeader),
          fc.nat({ max: realHeader.length }).map((length) => realHeader.subarray(0, length)),
        ),
        (bytes) => expectOurError(() => parse(bytes)),
      ),
      { numRuns: 2000 },
    );
  });

  it('takes entries that lie about everything, or refuses them', () => {
    const word = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff, 0x10000));
    const tag = fc.constantFrom(
      1000,
      1006,
      1027,
      1028,
      1029,
      1030,
      1035,
      1037,
      1044,
      1080,
      1116,
      1117,
      1118,
      5008,
      5011,
    );
    const anEntry = fc.tuple(tag, fc.nat({ max: 10 }), word, word);
    fc.assert(
      fc.property(fc.array(anEntry, { maxLength: 16 }), fc.uint8Array({ maxLength: 64 }), (entries, data) => {
        const header = Buffer.alloc(8 + entries.length * 16);
        const words = [entries.length, data.length, ...entries.flat()];
        for (const [index, value] of words.entries()) header.writeUInt32BE(value, index * 4);
        expectOurError(() => parse(Buffer.concat([header, data])));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the reader of ndb databases', () => {
  it('reads back every blob that was written', async () => {
    const anyHeaders = fc.uniqueArray(
      fc.tuple(fc.nat({ max: 0xffffffff }), fc.uint8Array({ maxLength: 100 })),
      {
        selector: ([packageNumber]) => packageNumber,
        maxLength: 20,
      },
    );
    await fc.assert(
      fc.asyncProperty(anyHeaders, async (headers) => {
        const blobs = await collect(readNdbBlobs(seekableBuffer(buildNdb(new Map(headers)))));
        expect(blobs).toEqual(
          headers.map(([packageNumber, header]) => ({
            kind: 'header',
            packageNumber,
            header: Buffer.from(header),
          })),
        );
      }),
    );
  });

  it('takes any damage to a real database or refuses it with an error of ours', async () => {
    const damaged = fc.oneof(
      mutations(realDatabase),
      mutations(realDatabase.subarray(0, 4096 + 64)),
      fc.nat({ max: realDatabase.length }).map((length) => realDatabase.subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (content) => {
        try {
          for await (const blob of readNdbBlobs(seekableBuffer(content))) {
            if (blob.kind === 'header') expectOurError(() => parse(blob.header));
          }
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LayahError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
