import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseApkDatabase } from '../../../../src/components/sources/apk-database.ts';

describe('parseApkDatabase', () => {
  it('reads the packages of a database in their order, with their paths', () => {
    const { packages, problems } = parseApkDatabase(readFileSync('test/fixtures/apk/installed', 'latin1'));
    expect(problems).toEqual([]);
    expect(packages.map(({ name }) => name)).toEqual([
      'alpine-baselayout',
      'musl',
      'musl-utils',
      'busybox',
      'ssl_client',
      'coreutils',
      'local-tool',
    ]);
    expect(packages[5]).toEqual({
      name: 'coreutils',
      origin: 'coreutils',
      version: '9.5-r2',
      buildTimeSeconds: 1726000000,
      replaces: new Set(['busybox', 'uutils']),
      replacesPriority: 5,
      directories: ['bin'],
      files: ['.profile', 'bin/ls'],
    });
    expect(packages[2]).toMatchObject({
      origin: 'musl',
      replaces: new Set(['libiconv']),
      replacesPriority: 0,
      directories: ['sbin', 'usr', 'usr/bin'],
      files: ['sbin/ldconfig', 'usr/bin/ldd'],
    });
  });

  it('knows neither origin nor build time where the record has none', () => {
    const [tool] = parseApkDatabase('P:tool\no:\nt:0\n').packages;
    expect(tool).toMatchObject({ origin: undefined, buildTimeSeconds: undefined });
  });

  it.each(['<1.2', '=1', '>=3-r0', '~4', '@edge', '><Q1abc'])(
    'takes %s in a replaces field for a version, not for a part of the name',
    (version) => {
      const [parsed] = parseApkDatabase(`P:a\nr:b${version} c\n`).packages;
      expect(parsed?.replaces).toEqual(new Set(['b', 'c']));
    },
  );

  it.each(['', '\n', '\n\n\n', 'x\n'])('finds neither packages nor problems in %j', (text) => {
    expect(parseApkDatabase(text)).toEqual({ packages: [], problems: [] });
  });

  it('needs no line feed at the end', () => {
    expect(parseApkDatabase('P:a\nF:etc\nR:x').packages).toMatchObject([{ name: 'a', files: ['etc/x'] }]);
  });

  it('ignores fields that it does not know, however long', () => {
    const { packages, problems } = parseApkDatabase(`P:a\nY:new\nD:${'x'.repeat(10_000_000)}\nF:etc\n`);
    expect(packages).toMatchObject([{ name: 'a', directories: ['etc'] }]);
    expect(problems).toEqual([]);
  });

  it.each([
    ['P:a\nnonsense\n', 2, 'no "X:value" line: "nonsense"'],
    ['P:a\n\n\nV:1\nA:x\n\nP:b\n', 4, 'a record without a name'],
    ['P:\nV:1\n', 1, 'a package without a name'],
    ['P:a\nt:soon\n', 2, 'no build time: "soon"'],
    ['P:a\nt:-1\n', 2, 'no build time: "-1"'],
    ['P:a\nt:9999999999999999999\n', 2, 'no build time: "9999999999999999999"'],
    ['P:a\nq:1.5\n', 2, 'no priority: "1.5"'],
    ['P:a\nR:x\n', 2, 'a file without a usable directory: "x"'],
    ['P:a\nF:../up\nR:x\n', 2, 'no usable directory: "../up"'],
    ['P:a\nF:../up\nR:x\n', 3, 'a file without a usable directory: "x"'],
    ['P:a\nF:a/..\n', 2, 'no usable directory: "a/.."'],
    ['P:a\nF:etc\nR:../../x\n', 3, 'no usable file: "../../x"'],
    ['P:a\nF:etc\nR:.\n', 3, 'no usable file: "."'],
    ['P:a\nF:etc\nR:a\0b\n', 3, String.raw`no usable file: "a\x00b"`],
    [`P:a\nF:etc\nR:${'x'.repeat(5000)}\n`, 3, 'a path of 5004 bytes'],
    [`P:a\nF:${'x/'.repeat(3000)}\n`, 2, `no usable directory: "${'x/'.repeat(50)}"`],
    [`P:${'a'.repeat(10_000_000)}\n`, 1, 'a field P of 10000002 bytes'],
    ['x'.repeat(10_000_000), 1, `no "X:value" line: "${'x'.repeat(100)}"`],
  ])('passes over a line of %j and names it', (text, lineNumber, what) => {
    expect(parseApkDatabase(text).problems).toContainEqual({ lineNumber, what });
  });

  it('reads the other lines of a record with a bad one', () => {
    const { packages } = parseApkDatabase('P:a\nF:etc\nR:..\nR:b\n\x00\x01\x02\nF:usr\nR:...\n');
    expect(packages).toMatchObject([{ directories: ['etc', 'usr'], files: ['etc/b', 'usr/...'] }]);
  });

  it('remembers the first thousand of a million problems', () => {
    const { problems } = parseApkDatabase('bad\n'.repeat(1_000_000));
    expect(problems).toHaveLength(1000);
    expect(problems.at(-1)?.lineNumber).toBe(1000);
  });

  it('stops listing at four million paths', () => {
    const { packages, problems } = parseApkDatabase(`P:a\n${'F:d\n'.repeat(4_000_001)}`);
    expect(packages[0]?.directories).toHaveLength(4_000_000);
    expect(problems).toEqual([{ lineNumber: 4_000_002, what: 'more than 4000000 paths' }]);
  });

  it('stops listing at two hundred thousand packages', () => {
    const { packages, problems } = parseApkDatabase('P:a\n\n'.repeat(200_001));
    expect(packages).toHaveLength(200_000);
    expect(problems).toEqual([{ lineNumber: 400_001, what: 'more than 200000 packages' }]);
  });
});
