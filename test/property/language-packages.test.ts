import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gemSource } from '../../src/components/sources/gem.ts';
import { parseGemSpecification } from '../../src/components/sources/gem-specification.ts';
import { claimNodePackages } from '../../src/components/sources/node-modules.ts';
import { pythonSource } from '../../src/components/sources/python.ts';
import { parseCondaPackage } from '../../src/components/sources/python-conda.ts';
import { parseInstalledFiles, parseRecord } from '../../src/components/sources/python-record.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { createMemoryRootfs, scanOf, type MemoryNode } from '../unit/components/memory-rootfs.ts';

const someBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

/** Pieces of the formats, so that inputs get past the first character. */
const someText = fc
  .array(
    fc.oneof(
      someBytes,
      fc.constantFrom(
        '"',
        '""',
        ',',
        '\n',
        '\r\n',
        '\\',
        '../',
        'a.py,sha256=x,1\n',
        '# stub: ',
        'a 1 ruby lib\n',
      ),
      fc.constantFrom(
        '  s.date = "',
        '2024-01-01"\n',
        '  s.executables = [',
        '"x".freeze',
        ']',
        '{"name":"a"',
        '}',
      ),
      fc.constantFrom(',"files":[', '"lib/a.py"', ']', ',"timestamp":', '1e999', 'null', '[', '{'),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

/** A path of one name or more, of any bytes but NUL and '/'. */
const aRecordedPath = fc
  .array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 30 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

/** As the csv module of Python quotes a field. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Names that the sources look at. */
const aName = fc.constantFrom(
  'node_modules',
  '.bin',
  '.pnpm',
  '.store',
  '@s',
  'a',
  'a@1',
  '.package-lock.json',
  'a-1.dist-info',
  'RECORD',
  'b-2.egg-info',
  'installed-files.txt',
  'conda-meta',
  'c.json',
  '__pycache__',
  'm.py',
  'm.cpython-311.pyc',
  'specifications',
  'default',
  'g-1.gemspec',
  'gems',
  'g-1',
  'extensions',
  'x',
  '..-1.dist-info',
  '\xff',
);
const aPath = fc.array(aName, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
const aNode: fc.Arbitrary<MemoryNode> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), content: someText }),
  fc.record({
    kind: fc.constant('symlink' as const),
    target: fc.oneof(
      aPath,
      aPath.map((path) => `/${path}`),
    ),
  }),
  fc.constant<MemoryNode>({ kind: 'directory' }),
  fc.constant<MemoryNode>({ kind: 'fifo' }),
);

/** Parents of other nodes become directories. */
const aTree = fc.dictionary(aPath, aNode, { maxKeys: 25, noNullPrototype: true }).map((nodes) => {
  const paths = Object.keys(nodes);
  const leaves = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
  return Object.fromEntries(
    leaves.map((path): [string, MemoryNode] => [path, nodes[path] ?? { kind: 'fifo' }]),
  );
});

describe('the parsers of language packages', () => {
  it('read every path of a RECORD back as the csv module would write it', () => {
    fc.assert(
      fc.property(fc.array(aRecordedPath), fc.constantFrom('\n', '\r\n'), (paths, lineBreak) => {
        const text = paths.map((path) => `${csvField(path)},sha256=x,1${lineBreak}`).join('');
        expect([...parseRecord(text)]).toEqual(paths.map((path) => ({ kind: 'path', path })));
      }),
    );
  });

  it('take any bytes, and name only lines that are there', () => {
    fc.assert(
      fc.property(someText, (text) => {
        const lineCount = text.split('\n').length;
        for (const row of parseRecord(text)) {
          if (row.kind === 'problem') expect(row.lineNumber).toBeLessThanOrEqual(lineCount);
        }
        for (const path of parseInstalledFiles(text)) expect(path).not.toContain('\n');
        parseCondaPackage(Buffer.from(text, 'latin1'));
        parseGemSpecification(text, text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the sources of language packages', () => {
  it('take any tree, and claim only what it holds, for components that they list', async () => {
    const check = async (tree: Record<string, MemoryNode>): Promise<void> => {
      const rootfs = createMemoryRootfs(tree);
      const input = { ...rootfs, reporter: silentReporter, signal: new AbortController().signal };
      for (const claims of [
        await pythonSource.load(input),
        claimNodePackages(rootfs.scan),
        await gemSource.load(input),
      ]) {
        for (const [path, { component }] of claims?.claims ?? []) {
          expect(rootfs.scan.byPath.has(path)).toBe(true);
          expect(claims?.components[component]?.name).toMatch(/^(?:python|conda|node|gem)\/./s);
        }
        const names = claims?.components.map(({ name }) => name) ?? [];
        expect(new Set(names).size).toBe(names.length);
      }
    };
    await fc.assert(fc.asyncProperty(aTree, check), { numRuns: 300 });
  });

  it('claim everything below a package of node_modules for that package', () => {
    fc.assert(
      fc.property(fc.array(aPath, { minLength: 1 }), (paths) => {
        const tree = Object.fromEntries(
          paths
            .filter((path) => !paths.some((other) => other.startsWith(`${path}/`)))
            .map((path): [string, MemoryNode] => [`srv/node_modules/pkg/${path}`, { kind: 'file' }]),
        );
        const claims = claimNodePackages(scanOf(tree));
        expect(claims?.components.map(({ name }) => name)).toEqual(['node/pkg']);
        for (const path of Object.keys(tree)) expect([...(claims?.claims.keys() ?? [])]).toContain(path);
      }),
    );
  });
});
