import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTarReader } from '../../../src/images/tar-reader.ts';
import { readTar } from './read-tar.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from './tar-blocks.ts';

const LONG = 'directory-'.repeat(8);
const NEW_YEARS_EVE = Date.UTC(1999, 11, 31, 23, 59, 58) / 1000;

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/tar/${name}`, import.meta.url));
}

function headersOf(name: string) {
  return new Map(readTar(fixture(name)).entries.map(({ header }) => [header.name, header]));
}

describe('archives that GNU tar wrote', () => {
  it.each(['v7.tar', 'ustar.tar', 'gnu.tar', 'pax.tar'])('%s has the common kinds and metadata', (name) => {
    const { entries, endOfArchive } = readTar(fixture(name));
    const [directory, file, hardlink, symlink] = entries.map(({ header }) => header);
    expect(directory).toMatchObject({ kind: 'directory', path: 'directory', mode: 0o2755, uid: 12, gid: 34 });
    expect(file).toMatchObject({ kind: 'file', sizeBytes: 8, mode: 0o644, mtimeSeconds: NEW_YEARS_EVE });
    expect(entries[1]?.content.toString()).toBe('content\n');
    expect(hardlink).toMatchObject({ kind: 'hardlink', linkName: 'file', sizeBytes: 0 });
    expect(symlink).toMatchObject({ kind: 'symlink', linkName: 'file' });
    expect(endOfArchive).toBe(true);
  });

  it('ustar: a long name is put together from prefix and name', () => {
    expect(headersOf('ustar.tar').get(`${LONG}/${LONG}/file`)).toMatchObject({ kind: 'file', sizeBytes: 8 });
  });

  it('ustar: device numbers are read', () => {
    const headers = headersOf('ustar.tar');
    expect(headers.get('character')).toMatchObject({
      kind: 'character-device',
      deviceMajor: 1,
      deviceMinor: 3,
    });
    expect(headers.get('block')).toMatchObject({
      kind: 'block-device',
      deviceMajor: 259,
      deviceMinor: 70_000,
    });
    expect(headers.get('fifo')).toMatchObject({ kind: 'fifo', deviceMajor: 0 });
  });

  it('gnu: long names, long link targets, large owners and times before 1970 are read', () => {
    const headers = headersOf('gnu.tar');
    expect(headers.get('file')).toMatchObject({ uid: 4_000_000, gid: 3_000_000 });
    expect(headers.get('directory/')?.mtimeSeconds).toBe(Date.UTC(1960, 0, 1) / 1000);
    expect(headers.get(`${LONG}/${LONG}/file`)?.kind).toBe('file');
    expect(headers.get('long-symlink')?.linkName).toBe(`/${LONG}/${LONG}/file`);
  });

  it('pax: xattrs keep their raw bytes, and an empty one is there', () => {
    const xattrs = headersOf('pax.tar')
      .get('file')
      ?.xattrs.map(({ name, value }) => [name, Buffer.from(value)]);
    expect(xattrs).toEqual([
      ['user.binary', Buffer.from('00ff0a3d41', 'hex')],
      ['user.empty', Buffer.alloc(0)],
    ]);
  });

  it('pax: fractions of times are rounded down, also before 1970', () => {
    const headers = headersOf('pax.tar');
    expect(headers.get('directory/')).toMatchObject({ mtimeSeconds: -2, mtimeHasFraction: true });
    expect(headers.get('fifo')).toMatchObject({ mtimeSeconds: 1_577_836_800, mtimeHasFraction: true });
    expect(headers.get('file')).toMatchObject({ mtimeHasFraction: false });
  });

  it('pax: a name that is not UTF-8 keeps its bytes', () => {
    const header = headersOf('pax.tar').get(`${LONG}/${LONG}/f\u00fcr`);
    expect(header?.path).toBe(`${LONG}/${LONG}/f\u00fcr`);
  });

  it.each(['gnu-sparse.tar', 'pax-sparse.tar'])('%s is refused: its content is not what it seems', (name) => {
    expect(() => readTar(fixture(name))).toThrow(/sparse.* at offset \d+: .*not supported/);
  });

  it.each(['ustar.tar', 'gnu.tar', 'pax.tar'])('%s reads the same in pieces of any size', (name) => {
    const whole = readTar(fixture(name));
    for (const pieceBytes of [1, 7, 511, 512, 513, 1000])
      expect(readTar(fixture(name), pieceBytes)).toEqual(whole);
  });
});

describe('fields', () => {
  const one = (...blocks: Buffer[]) => readTar(Buffer.concat([...blocks, END_OF_ARCHIVE])).entries[0]?.header;

  it('type NUL is a file, or a directory when its name ends in a slash', () => {
    expect(one(tarBlock({ name: 'file', type: '\0' }))?.kind).toBe('file');
    expect(one(tarBlock({ name: 'directory/', type: '\0' }))?.kind).toBe('directory');
  });

  it('type 7 is a file', () => {
    expect(one(tarBlock({ name: 'file', type: '7' }))?.kind).toBe('file');
  });

  it('the size of what has no content is ignored', () => {
    const { entries } = readTar(
      Buffer.concat([
        tarBlock({ name: 'link', type: '1', link: 'file', size: 4096 }),
        tarBlock({ name: 'next' }),
        END_OF_ARCHIVE,
      ]),
    );
    expect(entries.map(({ header }) => header.name)).toEqual(['link', 'next']);
  });

  it('PAX size, owner and names replace those of the header block', () => {
    const records = paxBody([
      ['path', './long/na\u00efme'],
      ['size', '3'],
      ['uid', '5000000'],
      ['gid', '6000000'],
      ['mtime', '-0.5'],
    ]);
    const tar = Buffer.concat([
      extension('x', records),
      tarBlock({ name: 'short' }),
      padded(Buffer.from('abc')),
    ]);
    const [entry] = readTar(tar).entries;
    expect(entry?.content.toString()).toBe('abc');
    expect(entry?.header).toMatchObject({
      name: './long/na\u00efme',
      path: 'long/na\u00efme',
      uid: 5_000_000,
      gid: 6_000_000,
      mtimeSeconds: -1,
      offset: 0,
    });
  });

  it('a global header holds for all entries, a local one for the next only and before it', () => {
    const { entries } = readTar(
      Buffer.concat([
        extension(
          'g',
          paxBody([
            ['uid', '7'],
            ['gid', '7'],
          ]),
        ),
        extension('x', paxBody([['uid', '8']])),
        tarBlock({ name: 'a' }),
        tarBlock({ name: 'b' }),
        END_OF_ARCHIVE,
      ]),
    );
    expect(entries.map(({ header: { uid, gid, offset } }) => [uid, gid, offset])).toEqual([
      [8, 7, 1024],
      [7, 7, 2560],
    ]);
  });

  it('PAX cannot change the mode, whatever its records are called', () => {
    expect(one(extension('x', paxBody([['mode', '777']])), tarBlock({ name: 'a', mode: 0o600 }))?.mode).toBe(
      0o600,
    );
  });

  it('an empty PAX record takes the header block as it is', () => {
    expect(one(extension('x', paxBody([['path', '']])), tarBlock({ name: 'a' }))?.name).toBe('a');
  });

  it('GNU headers have no prefix: times stand in its place', () => {
    const gnu = (block: Buffer) => block.write('ustar  \0', 257, 'latin1');
    expect(one(tarBlock({ name: 'a', prefix: '07777777777', edit: gnu }))?.name).toBe('a');
  });

  it('checksums of signed bytes, as old writers made them, are right too', () => {
    const block = tarBlock({ name: 'f\u00fcr' });
    block.write((checksumOf(block) - 256).toString(8).padStart(6, '0'), 148, 'latin1');
    expect(one(block)?.name).toBe('f\u00fcr');
  });
});

function checksumOf(block: Buffer): number {
  return Number.parseInt(block.toString('latin1', 148, 154), 8);
}

describe('the end', () => {
  const file = Buffer.concat([tarBlock({ name: 'file', size: 3 }), padded(Buffer.from('abc'))]);

  it('what follows the end-of-archive blocks is passed on and counted, not read', () => {
    const after = tarBlock({ name: 'hidden' });
    const result = readTar(Buffer.concat([file, END_OF_ARCHIVE, after]), 100);
    expect(result).toMatchObject({ entryCount: 1, endOfArchive: true, trailingBytes: 512 });
    expect(result.trailing).toEqual(after);
  });

  it('content that is passed over counts as read', () => {
    const names: string[] = [];
    const positions: number[] = [];
    const reader = createTarReader({
      entry: (header, position) => {
        names.push(header.name);
        positions.push(position);
      },
      content: () => expect.fail('was to be passed over'),
    });
    const first = tarBlock({ name: 'first', size: 1000 });
    expect(reader.skipContent(1000)).toBe(0);
    reader.push(first);
    expect(reader.skipContent(400)).toBe(400);
    expect(reader.skipContent(5000)).toBe(600);
    expect(reader.skipContent(5000)).toBe(0);
    reader.push(Buffer.concat([Buffer.alloc(24), tarBlock({ name: 'second' }), END_OF_ARCHIVE]));
    expect(reader.finish()).toEqual({ entryCount: 2, trailingBytes: 0, endOfArchive: true });
    expect([names, positions]).toEqual([
      ['first', 'second'],
      [512, 2048],
    ]);
  });

  it('a tar without end-of-archive blocks is read, and says so', () => {
    expect(readTar(file)).toMatchObject({ entryCount: 1, endOfArchive: false, trailingBytes: 0 });
  });

  it('leading zero blocks are passed over when asked for', () => {
    const tar = Buffer.concat([Buffer.alloc(3 * 512), file, END_OF_ARCHIVE, Buffer.alloc(512)]);
    const result = readTar(tar, 512, { skipLeadingZeroBlocks: true, startPosition: 10_240 });
    expect(result).toMatchObject({ entryCount: 1, endOfArchive: true, trailingBytes: 512 });
    expect(result.entries[0]?.header.offset).toBe(10_240 + 3 * 512);
    expect(readTar(tar).entryCount).toBe(0);
  });

  it.each([
    ['within a header block', 100, 'tar entry at offset 0: the archive ends within its header'],
    ['within content', 513, 'tar entry file at offset 0: the archive ends within it, 511 bytes early'],
    ['within padding', 600, 'tar entry file at offset 0: the archive ends within it, 424 bytes early'],
  ])('an archive that ends %s is an error', (_, bytes, message) => {
    expect(() => readTar(file.subarray(0, bytes))).toThrow(message);
  });

  it('an extension header without an entry is an error', () => {
    const pax = extension('x', paxBody([['uid', '1']]));
    expect(() => readTar(pax)).toThrow('tar entry at offset 0: the archive ends within its header');
    expect(() => readTar(Buffer.concat([pax, END_OF_ARCHIVE]))).toThrow(
      'tar entry extension at offset 0: an extension header has no entry after it',
    );
  });
});
