import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDpkgChangelog } from '../../src/components/sources/dpkg-changelog.ts';
import { parseDpkgDiversions } from '../../src/components/sources/dpkg-diversions.ts';
import { parseDpkgStatus } from '../../src/components/sources/dpkg-status.ts';
import { parseRpmQuery } from '../../src/components/sources/rpm-query.ts';
import { LayahError } from '../../src/model/errors.ts';
import { ROOT_PATH } from '../../src/model/rootfs-path.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function trailer(seconds: number, zoneMinutes: number): string {
  const local = new Date((seconds + zoneMinutes * 60) * 1000);
  const date = `${DAYS[local.getUTCDay()]}, ${two(local.getUTCDate())} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  const zone = Math.abs(zoneMinutes);
  return ` -- A <a@b>  ${date} ${time} ${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(zone / 60))}${two(zone % 60)}`;
}

/** Any bytes but NUL, which a C string cannot hold. */
const aName = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0x27, 0x5c, 0x0a, 0x20)), {
    maxLength: 20,
  })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

function shellQuote(name: string): string {
  return `'${name.replaceAll("'", String.raw`'\''`)}'`;
}

/** Pieces of the formats, so that inputs get past the first character. */
const someText = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom(
        'Package: a\n',
        'Status: install ok installed\n',
        '\n',
        ' ',
        ':',
        ' -- ',
        '>  ',
        "P 'a' ",
        "'",
      ),
      fc.constantFrom(
        "'b' 1\n",
        '(none)',
        'C 1\n',
        "F 0 0 0 '",
        '/a\n',
        'Source: (',
        'Thu, 05 Jan 2023 13:15:08 +0100',
      ),
    ),
  )
  .map((pieces) => pieces.join(''));

describe('the database parsers', () => {
  it('read every changelog date back as the time that was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 86_400, max: 4_000_000_000 }),
        fc.integer({ min: -840, max: 840 }),
        (seconds, zone) => {
          expect(parseDpkgChangelog(trailer(seconds, zone))).toEqual([seconds]);
        },
      ),
    );
  });

  it('read every file name back as rpm quoted it', () => {
    fc.assert(
      fc.property(aName, fc.array(aName), (name, files) => {
        const lines = files.map((file) => `F 0 0 33188 ${shellQuote(file)}\n`).join('');
        const [parsed] = parseRpmQuery(`P ${shellQuote(name)} (none) 1\n${lines}`);
        expect(parsed?.name).toBe(name);
        expect(parsed?.files.map((file) => file.name)).toEqual(files);
      }),
    );
  });

  it.each([
    ['dpkg status', parseDpkgStatus],
    ['dpkg diversions', (text: string) => parseDpkgDiversions(text, ROOT_PATH)],
    ['dpkg changelog', parseDpkgChangelog],
    ['rpm query', parseRpmQuery],
  ])('take any text for a %s or refuse it with an error of ours', (_, parse) => {
    fc.assert(
      fc.property(someText, (text) => {
        try {
          parse(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LayahError);
          expect(thrown).toMatchObject({ code: 'bad-database' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
