import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseApkDatabase, type ApkPackage } from '../../src/components/sources/apk-database.ts';
import { apkSource } from '../../src/components/sources/apk.ts';
import { LayahError } from '../../src/model/errors.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { rootfsPath } from '../../src/model/rootfs-path.ts';
import { createMemoryRootfs } from '../unit/components/memory-rootfs.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,12}$/);
/** Any bytes that a name can have in a format of lines. */
const fileName = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) =>
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\0\n/]/g, '_'),
  )
  .filter((name) => name !== '.' && name !== '..');
const directory = fc.array(fileName, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

const apkPackage: fc.Arbitrary<ApkPackage> = fc
  .record({
    name: word,
    origin: fc.option(word, { nil: undefined }),
    version: fc.option(word, { nil: undefined }),
    buildTimeSeconds: fc.option(fc.integer({ min: 1, max: 4_000_000_000 }), { nil: undefined }),
    replaces: fc.uniqueArray(word, { maxLength: 3 }).map((names) => new Set(names)),
    replacesPriority: fc.nat(100),
    contents: fc.uniqueArray(fc.tuple(directory, fc.array(fileName, { maxLength: 4 })), {
      maxLength: 5,
      selector: ([path]) => path,
    }),
  })
  .map(({ contents, name, origin, version, buildTimeSeconds, replaces, replacesPriority }) => ({
    name,
    origin,
    version,
    buildTimeSeconds,
    replaces,
    replacesPriority,
    directories: contents.map(([path]) => rootfsPath(path)),
    files: contents.flatMap(([path, names]) => names.map((file) => rootfsPath(`${path}/${file}`))),
  }));

function write(packages: readonly ApkPackage[]): string {
  return packages.map((written) => `${writeRecord(written).join('\n')}\n\n`).join('');
}

function writeRecord(written: ApkPackage): string[] {
  const lines = ['C:Q1AAAA=', `P:${written.name}`, 'T:any: text'];
  if (written.version !== undefined) lines.push(`V:${written.version}`);
  if (written.origin !== undefined) lines.push(`o:${written.origin}`);
  if (written.buildTimeSeconds !== undefined) lines.push(`t:${written.buildTimeSeconds}`);
  if (written.replaces.size > 0) lines.push(`r:${[...written.replaces].join('<2 ')}`);
  if (written.replacesPriority > 0) lines.push(`q:${written.replacesPriority}`);
  for (const path of written.directories) {
    lines.push(`F:${path}`, 'M:0:0:700');
    for (const file of written.files) {
      const name = file.slice(path.length + 1);
      if (file.startsWith(`${path}/`) && !name.includes('/'))
        lines.push(`R:${name}`, 'a:0:0:755', 'Z:Q1AAAA=');
    }
  }
  return lines;
}

const damagedText = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .array(
      fc.tuple(
        fc.constantFrom('P:', 'o:', 't:', 'r:', 'q:', 'F:', 'R:', 'Z:', 'X', '', '\n'),
        fc.constantFrom(
          '',
          'a',
          '..',
          '../..',
          '/',
          '.',
          'a/../../b',
          '9'.repeat(400),
          '\0',
          'b<1',
          'x'.repeat(5000),
        ),
      ),
      { maxLength: 40 },
    )
    .map((lines) => lines.map((parts) => parts.join('')).join('\n')),
);

describe('any database of apk', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(apkPackage, { maxLength: 6 }), (packages) => {
        expect(parseApkDatabase(write(packages))).toEqual({ packages, problems: [] });
      }),
    );
  });

  it('costs problems with real line numbers when it is damaged, never a crash, and no path leads out', () => {
    fc.assert(
      fc.property(damagedText, (text) => {
        const { packages, problems } = parseApkDatabase(text);
        const lineCount = text.split('\n').length;
        for (const { lineNumber } of problems) {
          expect(lineNumber).toBeGreaterThanOrEqual(1);
          expect(lineNumber).toBeLessThanOrEqual(lineCount);
        }
        for (const { directories, files } of packages) {
          for (const path of [...directories, ...files]) expect(rootfsPath(path)).toBe(path);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('makes claims on entries of the tree only, or is refused as a bad database', async () => {
    const text = fc.oneof(damagedText, fc.array(apkPackage, { maxLength: 4 }).map(write));
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const rootfs = createMemoryRootfs({
          'lib/apk/db/installed': { kind: 'file', content: Buffer.from(content, 'latin1') },
          'a/b': { kind: 'file' },
          loop: { kind: 'symlink', target: 'loop' },
        });
        const input = { ...rootfs, reporter: silentReporter, signal: new AbortController().signal };
        const claims = await apkSource.load(input).catch((thrown: unknown) => {
          if (thrown instanceof LayahError && thrown.code === 'bad-database') return undefined;
          throw thrown;
        });
        for (const path of claims?.claims.keys() ?? []) expect(rootfs.scan.byPath.has(path)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
