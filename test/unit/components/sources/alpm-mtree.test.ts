import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseMtreeFiles } from '../../../../src/components/sources/alpm-mtree.ts';

const LOCAL = 'test/fixtures/alpm/tree/var/lib/pacman/local';
const SHA256 = 'a'.repeat(64);

function parse(text: string): unknown[] {
  return [...parseMtreeFiles(text)];
}

describe('parseMtreeFiles', () => {
  it('reads the regular files of an mtree that bsdtar wrote', () => {
    const text = gunzipSync(readFileSync(`${LOCAL}/demo-1:2.0-1/mtree`)).toString('latin1');
    expect(parse(text)).toMatchObject([
      { path: '.PKGINFO' },
      { path: 'etc/demo.conf', sizeBytes: 12, algorithm: 'sha256' },
      { path: 'usr/bin/demo', sizeBytes: 10 },
      {
        path: 'usr/share/demo/with space \u00c3\u00a9',
        sizeBytes: 5,
        digestHex: '6667b2d1aab6a00caa5aee5af8ad9f1465e567abf1c209d15727d57b3e8f6e5f',
      },
    ]);
  });

  it('leaves out links and directories, by their own type or by the default', () => {
    const text = [
      `./early size=1 sha256digest=${SHA256}`,
      '/set type=dir mode=755',
      `./a size=1 sha256digest=${SHA256}`,
      `./b type=file size=2 sha256digest=${SHA256}`,
      '/set type=file',
      `./c type=link link=x size=3 sha256digest=${SHA256}`,
      `./d size=4 sha256digest=${SHA256}`,
      '/unset all',
      `./e size=5 sha256digest=${SHA256}`,
    ].join('\n');
    expect(parse(text)).toMatchObject([{ path: 'b' }, { path: 'd' }]);
  });

  it.each([
    [`md5digest=1 sha256digest=${SHA256}`, { algorithm: 'sha256', digestHex: SHA256 }],
    [`sha256=${SHA256}`, { algorithm: 'sha256', digestHex: SHA256 }],
    ['sha1digest=12', { algorithm: 'sha1', digestHex: '12' }],
    ['md5=34', { algorithm: 'md5', digestHex: '34' }],
  ])('takes the strongest digest of %s', (words, expected) => {
    expect(parse(`./a type=file size=1 ${words}\n`)).toMatchObject([expected]);
  });

  it('cleans escaped names so that none leads out of the root', () => {
    expect(parse(`./\\056\\056/\\056./etc/x\\134\\043 type=file size=1 md5=0\n`)).toMatchObject([
      { path: 'etc/x\\#' },
    ]);
  });

  it.each([
    './a type=file size=1',
    './a type=file md5=0',
    './a type=file size=-1 md5=0',
    './a type=file size=99999999999999999999 md5=0',
    'a type=file size=1 md5=0',
    '# ./a type=file size=1 md5=0',
    `./${'a'.repeat(100_000)} type=file size=1 md5=0`,
    '\u001f\u008b',
  ])('passes over %#', (line) => {
    expect(parse(`${line}\n./z type=file size=1 md5=0\n`)).toMatchObject([{ path: 'z' }]);
  });
});
