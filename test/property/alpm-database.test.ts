import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePacmanConfig } from '../../src/components/sources/alpm-config.ts';
import { parseAlpmDesc, parseAlpmFiles } from '../../src/components/sources/alpm-desc.ts';
import { parseMtreeFiles } from '../../src/components/sources/alpm-mtree.ts';
import { alpmSource } from '../../src/components/sources/alpm.ts';
import { LayahError } from '../../src/model/errors.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { rootfsPath } from '../../src/model/rootfs-path.ts';
import { createMemoryRootfs } from '../unit/components/memory-rootfs.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,12}$/);
const fileName = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) =>
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\0\n/]/g, '_'),
  )
  .filter((name) => name !== '.' && name !== '..');
const path = fc.array(fileName, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

const DAMAGED_LINES = [
  '%NAME%',
  '%BASE%',
  '%FILES%',
  '%BUILDDATE%',
  '%',
  '',
  'a',
  'a/',
  '../../b',
  '/',
  '9'.repeat(300),
  '\0',
  '/set type=file',
  '/unset',
  './a size=3 md5=',
  './\\777\\0 type=file size=1 md5=0',
  '[options]',
  'DBPath =',
];

const damagedText = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.array(fc.constantFrom(...DAMAGED_LINES), { maxLength: 40 }).map((lines) => lines.join('\n')),
);

describe('any database of pacman', () => {
  it('has descs that are read as they were written', () => {
    const desc = fc.record({
      name: word,
      base: word,
      buildTimeSeconds: fc.integer({ min: 1, max: 4_000_000_000 }),
    });
    fc.assert(
      fc.property(desc, (written) => {
        const text = `%NAME%\n${written.name}\n\n%BASE%\n${written.base}\n\n%DESC%\nx\n\n%BUILDDATE%\n${written.buildTimeSeconds}\n\n`;
        expect(parseAlpmDesc(text)).toEqual(written);
      }),
    );
  });

  it('has lists that are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(path), (paths) => {
        const read: string[] = [];
        const text = `%FILES%\n${paths.join('\n')}\n\n%BACKUP%\netc/x\tmd5\n\n`;
        parseAlpmFiles(text, (line) => read.push(line));
        expect(read).toEqual(paths);
      }),
    );
  });

  it('has mtrees whose escaped names are read as they were', () => {
    const escape = (name: string): string =>
      name.replace(/[^a-zA-Z0-9/._-]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
    const digestHex = 'ab'.repeat(32);
    fc.assert(
      fc.property(fc.array(fc.record({ path, sizeBytes: fc.nat() })), (files) => {
        const lines = files.map(
          (file) => `./${escape(file.path)} time=1.0 size=${file.sizeBytes} sha256digest=${digestHex}\n`,
        );
        expect([...parseMtreeFiles(`#mtree\n/set type=file uid=0\n${lines.join('')}`)]).toEqual(
          files.map((file) => ({ ...file, algorithm: 'sha256', digestHex })),
        );
      }),
    );
  });

  it('makes no parser crash, whatever is in its files', () => {
    fc.assert(
      fc.property(damagedText, (text) => {
        parseAlpmDesc(text);
        parsePacmanConfig(text);
        parseAlpmFiles(text, (line) => expect(line).not.toContain('\n'));
        for (const file of parseMtreeFiles(text)) expect(rootfsPath(file.path)).toBe(file.path);
      }),
      { numRuns: 500 },
    );
  });

  it('makes claims on entries of the tree only, or is refused as a bad database', async () => {
    const content = damagedText.map((text) => Buffer.from(text, 'latin1'));
    const files = fc.record({
      conf: content,
      desc: content,
      list: content,
      mtree: content,
      gzip: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(files, async ({ conf, desc, list, mtree, gzip }) => {
        const rootfs = createMemoryRootfs({
          'etc/pacman.conf': { kind: 'file', content: conf },
          'var/lib/pacman/local/p/desc': { kind: 'file', content: desc },
          'var/lib/pacman/local/p/files': { kind: 'file', content: list },
          'var/lib/pacman/local/p/mtree': { kind: 'file', content: gzip ? gzipSync(mtree) : mtree },
          'a/b': { kind: 'file', content: 'abc' },
        });
        const input = { ...rootfs, reporter: silentReporter, signal: new AbortController().signal };
        const claims = await alpmSource.load(input).catch((thrown: unknown) => {
          if (thrown instanceof LayahError && thrown.code === 'bad-database') return undefined;
          throw thrown;
        });
        for (const claimed of claims?.claims.keys() ?? []) expect(rootfs.scan.byPath.has(claimed)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
