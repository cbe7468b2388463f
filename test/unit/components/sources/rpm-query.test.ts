import { cpuUsage } from 'node:process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRpmLimit } from '../../../../src/components/sources/rpm-package.ts';
import { parseRpmQuery } from '../../../../src/components/sources/rpm-query.ts';
import { sourceRpmName } from '../../../../src/components/sources/rpm.ts';
import { cpuSecondsSince } from '../../cpu-seconds.ts';

describe('parseRpmQuery', () => {
  it('reads what rpm 4.18 said of the fixture, odd names included', () => {
    const packages = parseRpmQuery(readFileSync('test/fixtures/rpm/query.txt', 'latin1'));
    expect(packages.map(({ name, sourceRpm }) => [name, sourceRpm])).toEqual([
      ['odd', 'odd-1.0-2.fc40.src.rpm'],
      ['odd-libs', 'odd-1.0-2.fc40.src.rpm'],
      ['plain', 'plain-3-1.src.rpm'],
      ['tool-with-hyphens', 'tool-with-hyphens-2.1-1.src.rpm'],
    ]);
    expect(packages[0]).toMatchObject({
      buildTimeSeconds: 1_717_243_200,
      changelogTimesSeconds: [1_714_651_200, 1_704_110_400],
    });
    expect(packages[0]?.files.map(({ name }) => Buffer.from(name, 'latin1').toString('utf8'))).toEqual([
      '/usr/share/odd',
      "/usr/share/odd/''",
      '/usr/share/odd/back\\slash"$HOME`(none)',
      '/usr/share/odd/café',
      '/usr/share/odd/empty',
      '/usr/share/odd/hardlink',
      '/usr/share/odd/link',
      '/usr/share/odd/percent%41',
      "/usr/share/odd/quote'd",
      '/usr/share/odd/with space',
      '/var/log/odd.log',
    ]);
    expect(packages[0]?.files.at(-1)).toMatchObject({ state: 0, flags: 64, mode: 0o100000 });
    expect(packages[2]).toMatchObject({ changelogTimesSeconds: [], files: [] });
  });

  it('keeps newlines and what looks like the format inside a name', () => {
    const [parsed] = parseRpmQuery("P 'a' 'a-1-1.src.rpm' 5\nF 0 0 33188 '/x\nP '\\''b'\\'' (none) 1\n'\n");
    expect(parsed?.files.map(({ name }) => name)).toEqual(["/x\nP 'b' (none) 1\n"]);
  });

  it('reads (none) as nothing known', () => {
    expect(parseRpmQuery("P 'gpg-pubkey' (none) (none)\nC (none)\nF (none) (none) (none) '/x'\n")).toEqual([
      {
        name: 'gpg-pubkey',
        sourceRpm: undefined,
        buildTimeSeconds: undefined,
        changelogTimesSeconds: [],
        files: [{ name: '/x', state: undefined, flags: 0, mode: 0 }],
      },
    ]);
  });

  it('reads sizes, digests and their algorithm', () => {
    const [parsed] = parseRpmQuery(
      "P 'a' (none) 1 8\nF 0 0 33188 '/x' 5000000000 'abc'\nF 0 0 16877 '/' 0 ''\n",
    );
    expect(parsed?.digestAlgorithm).toBe(8);
    expect(parsed?.files).toMatchObject([
      { sizeBytes: 5_000_000_000, digestHex: 'abc' },
      { sizeBytes: 0, digestHex: undefined },
    ]);
  });

  it('stops before too many files fill the memory', () => {
    const output = `P 'a' (none) 1\n${"F 0 0 0 '/'\n".repeat(9)}`;
    expect(parseRpmQuery(output, createRpmLimit(1280))[0]?.files).toHaveLength(9);
    expect(() => parseRpmQuery(output, createRpmLimit(1279))).toThrow(
      'the rpm database lists so many files that they would take more than 1279 bytes',
    );
  });

  it('reads nothing as no packages', () => {
    expect(parseRpmQuery('')).toEqual([]);
  });

  it.each([
    ["F 0 0 0 '/x'\n", 'rpm printed something unexpected at byte 0: "F 0 0 0 \'/x\'\\x0a"'],
    ["P 'a' 'b' 1", 'rpm printed something unexpected at byte 11: ""'],
    ["P 'a' 'b' one\n", 'rpm printed something unexpected at byte 10: "one\\x0a"'],
    ["P 'a' 'b\n", 'rpm printed something unexpected at byte 7: "b\\x0a"'],
    ['P (none) (none) 1\n', 'rpm printed something unexpected at byte 17: "\\x0a"'],
    ['warning: x\n', 'rpm printed something unexpected at byte 0: "warning: x\\x0a"'],
  ])('refuses %j and says where', (output, message) => {
    expect(() => parseRpmQuery(output)).toThrow(expect.objectContaining({ code: 'bad-database', message }));
  });

  it('gets over a name of 10 MB and over 500,000 files in a few seconds at most', () => {
    const start = cpuUsage();
    const [long] = parseRpmQuery(`P 'a' (none) 1\nF 0 0 0 '${"'\\''".repeat(2_500_000)}'\n`);
    expect(long?.files[0]?.name).toHaveLength(2_500_000);
    const [many] = parseRpmQuery(`P 'a' (none) 1\n${"F 0 0 33188 '/usr/share/some/file'\n".repeat(500_000)}`);
    expect(many?.files).toHaveLength(500_000);
    expect(cpuSecondsSince(start)).toBeLessThan(10);
  });
});

describe('sourceRpmName', () => {
  it.each([
    ['bash-5.2.26-3.fc40.src.rpm', 'bash'],
    ['python-foo-bar-1.0-2.src.rpm', 'python-foo-bar'],
    ['nvidia-1-1.nosrc.rpm', 'nvidia'],
    ['a-1-1', 'a'],
  ])('takes version and release off %s', (sourceRpm, name) => {
    expect(sourceRpmName(sourceRpm)).toBe(name);
  });

  it.each([undefined, '', 'nothing.src.rpm', 'a-1.src.rpm', '-1-1.src.rpm'])(
    'knows no name in %s',
    (sourceRpm) => {
      expect(sourceRpmName(sourceRpm)).toBeUndefined();
    },
  );
});
