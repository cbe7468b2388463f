import { cpuUsage } from 'node:process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRpmHeader } from '../../../../src/components/sources/rpm-header.ts';
import { readNdbBlobs } from '../../../../src/components/sources/rpm-ndb.ts';
import { createRpmLimit, type RpmPackage } from '../../../../src/components/sources/rpm-package.ts';
import { parseRpmQuery } from '../../../../src/components/sources/rpm-query.ts';
import {
  buildRpmHeader,
  collect,
  readRpmFixture,
  seekableBuffer,
  uint32s,
  type HeaderValue,
} from './rpm-database-builder.ts';
import { cpuSecondsSince } from '../../cpu-seconds.ts';

function parse(blob: Buffer): RpmPackage {
  return parseRpmHeader(blob, createRpmLimit());
}

const name = [1000, { type: 'string', strings: ['a'] }] as const;

function headerWith(...values: readonly (readonly [number, HeaderValue])[]): Buffer {
  return buildRpmHeader([name, ...values]);
}

/** One entry, as it is written: type, offset, count; ten bytes of data. */
function lyingHeader(tag: number, entry: readonly [number, number, number]): Buffer {
  const index = [uint32s([1000, 6, 0, 1]), uint32s([tag, ...entry])];
  return Buffer.concat([uint32s([2, 10]), ...index, Buffer.from('a\0bcdefghi')]);
}

describe('parseRpmHeader', () => {
  it.each([
    ['Packages.db', 'query.txt'],
    ['more.ndb', 'more.txt'],
  ])('reads the headers of %s as rpm 4.18 does', async (database, answer) => {
    const blobs = await collect(readNdbBlobs(seekableBuffer(readRpmFixture(database))));
    const packages = blobs.flatMap((blob) => (blob.kind === 'header' ? [parse(blob.header)] : []));
    const expected = parseRpmQuery(readFileSync(`test/fixtures/rpm/${answer}`, 'latin1'));
    expect(packages).toHaveLength(4);
    expect(packages.sort(byContent)).toEqual(expected.sort(byContent));
  });

  it('reads nothing but a name from a header that has nothing else', () => {
    expect(parse(headerWith())).toEqual({
      name: 'a',
      sourceRpm: undefined,
      buildTimeSeconds: undefined,
      digestAlgorithm: undefined,
      changelogTimesSeconds: [],
      files: [],
    });
  });

  it('reads 64-bit sizes and whole file names of old packages', () => {
    const header = headerWith(
      [1027, { type: 'strings', strings: ['/usr/a', '/usr/b'] }],
      [5008, { type: 'int64', numbers: [5_000_000_000, 1] }],
    );
    expect(parse(header).files).toMatchObject([
      { name: '/usr/a', sizeBytes: 5_000_000_000, state: undefined, flags: 0, mode: 0 },
      { name: '/usr/b', sizeBytes: 1 },
    ]);
  });

  it('lets an entry that was added later replace the one of the package', () => {
    const header = headerWith(
      [1044, { type: 'string', strings: ['old'] }],
      [1044, { type: 'string', strings: ['new'] }],
    );
    expect(parse(header).sourceRpm).toBe('new');
  });

  it.each<[string, Buffer, string]>([
    ['a header of seven bytes', Buffer.alloc(7), 'it has only 7 bytes'],
    [
      'absurdly many entries',
      uint32s([0xffffffff, 0, 1, 2]),
      '4294967295 entries and 0 bytes of data do not fit into 16 bytes',
    ],
    [
      'absurdly much data',
      uint32s([0, 0xffffffff]),
      '0 entries and 4294967295 bytes of data do not fit into 8 bytes',
    ],
    ['no name', uint32s([0, 0]), 'it has no name'],
    [
      'absurdly many names of files',
      lyingHeader(1117, [8, 0, 0xffffffff]),
      '4294967295 elements of tag 1117 at 0 do not fit into 10 bytes of data',
    ],
    [
      'numbers behind the end',
      lyingHeader(1030, [3, 8, 2]),
      '2 elements of tag 1030 at 8 do not fit into 10 bytes of data',
    ],
    [
      'an offset behind the end',
      lyingHeader(1030, [3, 0x7fffffff, 1]),
      '1 elements of tag 1030 at 2147483647 do not fit into 10 bytes of data',
    ],
    ['a name that does not end', lyingHeader(1044, [6, 2, 1]), 'the text of tag 1044 does not end'],
    ['fewer names than counted', lyingHeader(1117, [8, 0, 3]), 'the text of tag 1117 does not end'],
    ['text in place of numbers', lyingHeader(1030, [8, 0, 1]), 'tag 1030 is of type 8, which is no number'],
    ['numbers in place of text', lyingHeader(1044, [4, 0, 1]), 'tag 1044 is of type 4, which is no text'],
    [
      'more files than rpm allows',
      headerWith([1117, { type: 'strings', strings: Array.from({ length: 0x100_000 }, () => '') }]),
      'tag 1117 has 1048576 elements',
    ],
    [
      'a file in no directory',
      headerWith([1117, { type: 'strings', strings: ['x'] }], [1118, { type: 'strings', strings: ['/'] }]),
      'the file 0 is in a directory that is not listed',
    ],
    [
      'a file in a directory that is not there',
      headerWith(
        [1117, { type: 'strings', strings: ['x'] }],
        [1118, { type: 'strings', strings: ['/'] }],
        [1116, { type: 'int32', numbers: [1] }],
      ),
      'the file 0 is in a directory that is not listed',
    ],
  ])('refuses %s', (_, header, what) => {
    expect(() => parse(header)).toThrow(
      expect.objectContaining({ code: 'bad-database', message: `the header is damaged: ${what}` }),
    );
  });

  it('stops before a million files in a directory with a name of a megabyte fill the memory', () => {
    const header = headerWith(
      [1117, { type: 'strings', strings: Array.from({ length: 1_000_000 }, () => '') }],
      [1118, { type: 'strings', strings: ['x'.repeat(1_000_000)] }],
      [1116, { type: 'int32', numbers: Array.from({ length: 1_000_000 }, () => 0) }],
    );
    const limit = createRpmLimit();
    const start = cpuUsage();
    expect(() => parseRpmHeader(header, limit)).toThrow(
      'the rpm database lists so many files that they would take more than 536870912 bytes',
    );
    expect(limit.exceeded).toBe(true);
    expect(cpuSecondsSince(start)).toBeLessThan(10);
  });
});

function byContent(left: RpmPackage, right: RpmPackage): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}
