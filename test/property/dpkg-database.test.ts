import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAlternative } from '../../src/components/sources/dpkg-alternatives.ts';
import { parseDpkgMd5sums } from '../../src/components/sources/dpkg-md5sums.ts';
import { parseDpkgStatus } from '../../src/components/sources/dpkg-status.ts';
import { LayahError } from '../../src/model/errors.ts';
import { rootfsPath } from '../../src/model/rootfs-path.ts';
import { loadDpkg } from '../unit/components/sources/dpkg-loading.ts';

const aDigest = fc.stringMatching(/^[0-9a-f]{32}$/);
const aPackageName = fc.stringMatching(/^[a-z][a-z0-9+.-]{1,12}$/);
/** One name of a path: any bytes but NUL, newline and slash. */
const aFileName = fc
  .uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 10 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[\n/]/g, '_'));
const aPath = fc
  .array(aFileName, { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/'))
  .filter((path) => rootfsPath(path) === path);
/** Of those that are written with others on a line. */
const aTrimmedPath = aPath.filter((path) => path.trim() === path);

const aPackage = fc.record({
  name: aPackageName,
  source: aPackageName,
  state: fc.constantFrom('installed', 'half-installed', 'unpacked', 'config-files'),
  replaces: fc.uniqueArray(aPackageName, { maxLength: 3 }),
  conffiles: fc.array(fc.record({ path: aTrimmedPath, md5Hex: aDigest, obsolete: fc.boolean() }), {
    maxLength: 3,
  }),
});

/** Pieces of the formats, so that inputs get past the first character. */
const someText = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom(
        'Package: a\n',
        'Package: b\n',
        'Status: install ok installed\n',
        'Status: deinstall ok config-files\n',
      ),
      fc.constantFrom(
        'Replaces: b',
        'Conffiles:\n',
        ' /etc/a d41d8cd98f00b204e9800998ecf8427e',
        ' obsolete',
        '\n',
        '\n\n',
      ),
      fc.constantFrom(
        'd41d8cd98f00b204e9800998ecf8427e  ',
        'usr/bin/x\n',
        '/usr/bin/x\n',
        '/..',
        '/.\n',
        'auto\n',
        'manual\n',
      ),
      fc.constantFrom('Source: a (', 'Multi-Arch: same\n', ',', ':', ' ', '\0', '\r\n', '\u00ff'),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

describe('the parsers of dpkg databases', () => {
  it('read every package back as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(aPackage, { selector: ({ name }) => name, maxLength: 5 }), (packages) => {
        const text = packages.map((written) =>
          [
            `Package: ${written.name}`,
            `Status: install ok ${written.state}`,
            `Source: ${written.source}`,
            `Replaces: ${written.replaces.map((name) => `${name} (<< 1)`).join(', ')}`,
            'Conffiles:',
            ...written.conffiles.map(
              (file) => ` /${file.path} ${file.md5Hex}${file.obsolete ? ' obsolete' : ''}`,
            ),
            '',
          ].join('\n'),
        );
        const expected = packages
          .toSorted((left, right) => (`${left.name}:all` < `${right.name}:all` ? -1 : 1))
          .map(({ name, source, state, replaces, conffiles }) => ({
            name,
            sourceName: source,
            installed: state !== 'config-files',
            halfInstalled: state === 'half-installed',
            replaces: new Set(replaces),
            conffiles,
          }));
        expect(parseDpkgStatus(text.join('\n'))).toMatchObject(expected);
      }),
    );
  });

  it('read every digest back with its path', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ path: aPath, md5Hex: aDigest })), (lines) => {
        const text = lines.map(({ path, md5Hex }) => `${md5Hex}  ${path}\n`).join('');
        expect([...parseDpkgMd5sums(text)]).toEqual(lines);
      }),
    );
  });

  it('read every link of an alternative back', () => {
    const links = fc.array(fc.record({ name: aFileName, link: aPath }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(links, ([master, ...others]) => {
        const lines = ['auto', `/${master?.link}`, ...others.flatMap(({ name, link }) => [name, `/${link}`])];
        const text = `${lines.join('\n')}\n\n/usr/bin/candidate\n10\n\n`;
        expect(parseAlternative(master?.name ?? '', text)).toEqual([master, ...others]);
      }),
    );
  });

  it.each([
    ['status', (text: string) => parseDpkgStatus(text)],
    ['md5sums', (text: string) => [...parseDpkgMd5sums(text)]],
    ['alternative', (text: string) => parseAlternative('x', text)],
  ])('take any text for a file of %s or refuse it with an error of ours', (_, parse) => {
    fc.assert(
      fc.property(someText, (text) => {
        try {
          parse(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LayahError);
          expect(thrown).toMatchObject({ code: 'bad-database' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the dpkg source', () => {
  it('claims nothing but what is in the tree, for components that it lists, whatever the files say', async () => {
    const database = fc.record({
      'var/lib/dpkg/status': someText,
      'var/lib/dpkg/status.d/a': someText,
      'var/lib/dpkg/status.d/a.md5sums': someText,
      'var/lib/dpkg/info/b.list': someText,
      'var/lib/dpkg/info/b.md5sums': someText,
      'var/lib/dpkg/alternatives/x': someText,
    });
    await fc.assert(
      fc.asyncProperty(database, async (files) => {
        const nodes = Object.entries(files).map(
          ([path, content]) => [path, { kind: 'file', content }] as const,
        );
        const tree = {
          ...Object.fromEntries(nodes),
          'usr/bin/x': { kind: 'file' },
          'etc/a': { kind: 'file' },
        } as const;
        try {
          const { claims } = await loadDpkg(tree);
          for (const [path, { component }] of claims?.claims ?? []) {
            expect(Object.keys(tree).some((known) => `${known}/`.startsWith(`${path}/`))).toBe(true);
            expect(claims?.components[component]).toBeDefined();
          }
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'bad-database' });
        }
      }),
      { numRuns: 300 },
    );
  });
});
