import { describe, expect, it } from 'vitest';
import { readTar } from './read-tar.ts';
import { END_OF_ARCHIVE, extension, paxBody, tarBlock } from './tar-blocks.ts';

describe('hostile archives', () => {
  const octalBlock = (text: string, offset: number) => (block: Buffer) => block.write(text, offset, 'latin1');

  it.each([
    ['a wrong checksum', wrongChecksum(), 'tar entry file at offset 0: the header checksum is wrong'],
    [
      'an unknown type',
      tarBlock({ name: 'multi\nvolume', type: 'M' }),
      'tar entry multi\\x0avolume at offset 0: entries of type "M" are not supported',
    ],
    [
      'a size that is no number',
      tarBlock({ name: 'file', edit: octalBlock('9', 124) }),
      'tar entry file at offset 0: the size is not octal',
    ],
    [
      'a negative size',
      tarBlock({ name: 'file', edit: (block) => block.fill(0xff, 124, 136) }),
      'tar entry file at offset 0: the size is negative',
    ],
    [
      'a size beyond all files',
      tarBlock({ name: 'file', edit: (block) => block.fill(0xbf, 124, 136) }),
      'tar entry file at offset 0: the size is too large',
    ],
    [
      'a PAX size that is no number',
      Buffer.concat([extension('x', paxBody([['size', '1e3']])), tarBlock({ name: 'file' })]),
      'tar entry file at offset 0: the size is not a decimal number',
    ],
    [
      'a PAX time that is no time',
      Buffer.concat([extension('x', paxBody([['mtime', 'now']])), tarBlock({ name: 'file' })]),
      'tar entry file at offset 0: the mtime is not a time',
    ],
    [
      'a PAX record with a wrong length',
      extension('x', '99 uid=1\n'),
      'tar entry extension at offset 0: the length of a record is wrong',
    ],
    [
      'a PAX record without a length',
      extension('x', 'uid=1\n'),
      'tar entry extension at offset 0: a record does not begin with its length',
    ],
    [
      'a PAX record without a key',
      extension('x', '6 =ab\n'),
      'tar entry extension at offset 0: a record has no key',
    ],
    [
      'a NUL in a name',
      extension('x', paxBody([['path', 'a\0b']])),
      'tar entry extension at offset 0: the record "path" holds a NUL',
    ],
    [
      'an extension header larger than any runtime reads',
      tarBlock({ name: 'pax', type: 'x', size: (1 << 20) + 1 }),
      'tar entry pax at offset 0: an extension header of 1048577 bytes is too large',
    ],
    [
      'a name longer than any path',
      Buffer.concat([extension('x', paxBody([['path', 'a/'.repeat(2048)]])), tarBlock({ name: 'file' })]),
      ' at offset 0: its name or link is longer than any system can open',
    ],
    [
      'a lone zero block',
      Buffer.concat([Buffer.alloc(512), tarBlock({ name: 'file' })]),
      'tar entry at offset 512: a lone zero block stands before it',
    ],
  ])('%s is an error that names the entry and its offset', (_, tar, message) => {
    expect(() => readTar(tar)).toThrow(message);
  });

  it('a path never leaves the root', () => {
    const tar = Buffer.concat([tarBlock({ name: '../../etc/passwd' }), END_OF_ARCHIVE]);
    expect(readTar(tar).entries[0]?.header.path).toBe('etc/passwd');
  });
});

function wrongChecksum(): Buffer {
  const block = tarBlock({ name: 'file' });
  block.write('7', 100, 'latin1');
  return block;
}
