import { cpuUsage } from 'node:process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseDpkgChangelog } from '../../../../src/components/sources/dpkg-changelog.ts';
import { cpuSecondsSince } from '../../cpu-seconds.ts';

function trailer(date: string): string {
  return ` -- A. Maintainer <a@example.com>  ${date}\n`;
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

describe('parseDpkgChangelog', () => {
  it('reads a real changelog, newest entry first', () => {
    const compressed = readFileSync('test/fixtures/dpkg/tree/usr/share/doc/dash/changelog.Debian.gz');
    const times = parseDpkgChangelog(gunzipSync(compressed).toString('latin1'));
    expect(times[0]).toBe(seconds('2023-01-05T13:20:48Z'));
    expect(times).toEqual(times.toSorted((left, right) => right - left));
    expect(times.length).toBeGreaterThan(10);
  });

  it.each([
    ['Thu, 05 Jan 2023 13:15:08 +0100', '2023-01-05T12:15:08Z'],
    ['Thu, 05 Jan 2023 00:15:08 -0530', '2023-01-05T05:45:08Z'],
    ['Thu,  5 Jan 2023 00:00:00 +0000', '2023-01-05T00:00:00Z'],
    ['Sat, 29 Feb 2020 23:59:59 +0000', '2020-02-29T23:59:59Z'],
    ['Sun, 01 Jan 2017 00:00:60 +0000', '2017-01-01T00:01:00Z'],
    ['Mon, 05 Jan 2023 13:15:08 +0100', '2023-01-05T12:15:08Z'],
  ])('reads %s as %s', (date, iso) => {
    expect(parseDpkgChangelog(trailer(date))).toEqual([seconds(iso)]);
  });

  it.each([
    'Thu, 31 Feb 2023 13:15:08 +0100',
    'Thu, 00 Jan 2023 13:15:08 +0100',
    'Thu, 05 Jan 2023 24:00:00 +0000',
    'Thu, 05 Jan 2023 13:60:08 +0100',
    'Thu, 05 Jan 2023 13:15:61 +0100',
    'Thu, 05 Jan 2023 13:15:08 +1500',
    'Thu, 05 Jan 2023 13:15:08',
    'Thu, 05 Jan 2023 13:15:08 UTC',
    'Thu, 05 Foo 2023 13:15:08 +0100',
    '05 Jan 2023 13:15:08 +0100',
    'Thu, 05 Jan 23 13:15:08 +0100',
    'Thu, 01 Jan 1970 00:00:00 +0100',
    'Wed, 31 Dec 1969 00:00:00 +0000',
    '2023-01-05T13:15:08Z',
  ])('ignores the date %s', (date) => {
    expect(parseDpkgChangelog(trailer(date))).toEqual([]);
  });

  it('looks at trailer lines only', () => {
    const date = 'Thu, 05 Jan 2023 13:15:08 +0100';
    expect(parseDpkgChangelog(`dash (1) sid\n\n  * -- A <a@b>  ${date}\n-- A <a@b>  ${date}\n`)).toEqual([]);
  });

  it('takes a name that holds angle brackets', () => {
    const line = ' -- A <B> C <a@example.com>  Thu, 05 Jan 2023 13:15:08 +0100';
    expect(parseDpkgChangelog(line)).toEqual([seconds('2023-01-05T12:15:08Z')]);
  });

  it('gets over 16 MiB of anything in a few seconds at most', () => {
    const start = cpuUsage();
    expect(parseDpkgChangelog(`\n -- ${'>'.repeat(16 * 1024 * 1024)}`)).toEqual([]);
    expect(parseDpkgChangelog('\n -- '.repeat(3 * 1024 * 1024))).toEqual([]);
    expect(parseDpkgChangelog(` -- <>  ${' '.repeat(16 * 1024 * 1024)}`)).toEqual([]);
    expect(cpuSecondsSince(start)).toBeLessThan(10);
  });
});
