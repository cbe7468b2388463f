import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDpkgMd5sums } from '../../../../src/components/sources/dpkg-md5sums.ts';

const digest = 'd41d8cd98f00b204e9800998ecf8427e';

describe('parseDpkgMd5sums', () => {
  it('reads what a package of Debian 12 has', () => {
    const text = readFileSync('test/fixtures/dpkg/tree/var/lib/dpkg/info/bash.md5sums', 'latin1');
    const lines = [...parseDpkgMd5sums(text)];
    expect(lines).toHaveLength(text.trim().split('\n').length);
    expect(lines[0]?.path).toBe('bin/bash');
    for (const { md5Hex } of lines) expect(md5Hex).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps spaces of names, and names inside the tree', () => {
    const text = `${digest}  a b  c\n${digest}  ../../etc/x\n${digest}  ./usr//y`;
    expect([...parseDpkgMd5sums(text)].map(({ path }) => path)).toEqual(['a b  c', 'etc/x', 'usr/y']);
  });

  it.each([
    '',
    '\n\n',
    digest,
    `${digest}  `,
    `${digest} one-space`,
    `${digest} *binary`,
    `\\${digest}  escaped\\\\name`,
    `${digest.toUpperCase()}  upper-case`,
    `${digest.slice(1)}   short`,
    `${digest}  ${'a/'.repeat(5_000_000)}`,
  ])('passes over %.60j', (text) => {
    expect([...parseDpkgMd5sums(text)]).toEqual([]);
    expect([...parseDpkgMd5sums(`${text}\n${digest}  good\n`)]).toEqual([{ path: 'good', md5Hex: digest }]);
  });
});
