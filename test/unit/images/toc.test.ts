import { describe, expect, it } from 'vitest';
import { parseToc } from '../../../src/images/toc.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

function toc(entry: object): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, entries: [entry] }));
}

describe('parseToc', () => {
  it('gives the entries as they stand, unknown fields too', () => {
    const entry = {
      name: 'usr/bin/a',
      type: 'reg',
      size: 3,
      innerOffset: 512,
      digest: DIGEST,
      xattrs: { 'user.a': 'AP8=' },
      NumLink: 0,
    };
    expect(parseToc(toc(entry), 'the TOC').entries).toEqual([entry]);
  });

  it.each([
    ['not JSON', '{"version":1,}', 'the TOC is not valid JSON'],
    ['not UTF-8', '{"a":"\xff"}', 'the TOC is not valid JSON'],
    [
      'a newline at its end',
      '{"version":1,"entries":[]}\n',
      'the TOC: the JSON must begin with { and end with }',
    ],
    ['another version', '{"version":2,"entries":[]}', 'the TOC: version 2 is not supported'],
    ['no entries', '{"version":1}', 'the TOC: entries is not an array'],
    ['an entry that is null', '{"version":1,"entries":[null]}', 'the TOC: entry 0: it is not an object'],
  ])('%s is an error', (_, text, message) => {
    expect(() => parseToc(Buffer.from(text, 'latin1'), 'the TOC')).toThrow(message);
  });

  it.each([
    [{ name: 1, type: 'reg' }, 'the TOC: entry 0: name is not a string'],
    [{ name: 'a', type: 'socket' }, 'the TOC: entry 0 ("a"): type is unknown'],
    [{ name: 'a' }, 'the TOC: entry 0 ("a"): type is unknown'],
    [{ name: 'a', type: 'reg', size: -1 }, 'the TOC: entry 0 ("a"): size is not a whole number from 0'],
    [
      { name: 'a', type: 'reg', offset: 1e300 },
      'the TOC: entry 0 ("a"): offset is not a whole number from 0',
    ],
    [{ name: 'a', type: 'reg', mode: '0644' }, 'the TOC: entry 0 ("a"): mode is not a whole number from 0'],
    [{ name: 'a', type: 'reg', digest: 'md5:0' }, 'the TOC: entry 0 ("a"): digest is not a SHA-256 digest'],
    [
      { name: 'a', type: 'reg', chunkDigest: 7 },
      'the TOC: entry 0 ("a"): chunkDigest is not a SHA-256 digest',
    ],
    [{ name: 'a', type: 'reg', modtime: 0 }, 'the TOC: entry 0 ("a"): modtime is not a string'],
    [{ name: 'a', type: 'symlink', linkName: null }, 'the TOC: entry 0 ("a"): linkName is not a string'],
    [
      { name: 'a', type: 'reg', xattrs: { b: 'A' } },
      'the TOC: entry 0 ("a"): xattrs is not an object of base64 strings',
    ],
    [
      { name: 'a', type: 'reg', xattrs: [] },
      'the TOC: entry 0 ("a"): xattrs is not an object of base64 strings',
    ],
  ])('%j is refused with the entry and the field', (entry, message) => {
    expect(() => parseToc(toc(entry), 'the TOC')).toThrow(message);
  });
});
