import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignComponents, type AssignedComponents } from '../../src/components/assign.ts';
import { loadSources } from '../../src/components/load-sources.ts';
import { SOURCE_NAMES, type SourceName } from '../../src/model/component.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { openRootfs } from '../../src/scan/open-rootfs.ts';
import { createRootfsReader } from '../../src/scan/rootfs-reader.ts';
import { scanRootfs } from '../../src/scan/scan.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layah-language-packages-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** What a fixture lists, with content only where its tree has some. */
function writeFixture(directory: string, listing = 'entries.txt'): void {
  for (const line of readFileSync(join(directory, listing), 'utf8').trim().split('\n')) {
    const [, kind, path = '', target = ''] = /^(\S+) \/(.*?)(?: -> (.*))?$/.exec(line) ?? [];
    if (kind === 'directory') mkdirSync(join(root, path), { recursive: true });
    else if (kind === 'symlink') symlinkSync(target, join(root, path));
    else write(path);
  }
}

async function assign(enabledSources: readonly SourceName[] = SOURCE_NAMES): Promise<AssignedComponents> {
  const rootfs = openRootfs(root);
  try {
    const common = { reporter: silentReporter, signal: new AbortController().signal };
    const scan = await scanRootfs(rootfs, { prune: [], skipSpecialFiles: false, ...common });
    const input = { scan, reader: createRootfsReader(rootfs), ...common };
    return assignComponents(scan, await loadSources(input, { enabledSources, componentMap: undefined }));
  } finally {
    rootfs.close();
  }
}

function pathsOf({ components }: AssignedComponents, name: string): string[] {
  return components.find((component) => component.name === name)?.entries.map(({ path }) => path) ?? [];
}

describe('the components of a scanned application', () => {
  it('are its wheels, its npm packages and its gems, each from the files that installers write', async () => {
    for (const [fixture, listing] of [['python'], ['gem'], ['node', 'npm.txt']] as const) {
      writeFixture(`test/fixtures/${fixture}`, listing);
    }
    cpSync('test/fixtures/python/tree', root, { recursive: true });
    cpSync('test/fixtures/gem/tree', root, { recursive: true });
    const assigned = await assign();
    const packages = Object.fromEntries(
      assigned.summaries.map(({ source, packageCount }) => [source, packageCount]),
    );
    expect(packages).toEqual({ python: 4, node: 5, gem: 4, unclaimed: undefined });
    expect(pathsOf(assigned, 'python/wheel')).toContain('opt/venv/bin/wheel');
    expect(pathsOf(assigned, 'node/which')).toContain('srv/app/node_modules/.bin/node-which');
    expect(pathsOf(assigned, 'gem/native')).toContain('usr/local/bundle/bin/native');
    const metadata = assigned.components.filter(({ changesEveryBuild }) => changesEveryBuild);
    expect(metadata.map(({ name }) => name)).toEqual(['node/.metadata']);
  });

  it('are those of the distribution where its database has the files too', async () => {
    write(
      'var/lib/dpkg/status',
      'Package: python3-six\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
    );
    const files = [
      'usr/lib/python3/dist-packages/six.py',
      'usr/lib/python3/dist-packages/six-1.dist-info/RECORD',
    ];
    for (const path of files) write(path, 'six.py,,\n');
    write('usr/lib/python3/dist-packages/__pycache__/six.cpython-311.pyc');
    write('var/lib/dpkg/info/python3-six.list', `${files.map((path) => `/${path}`).join('\n')}\n`);
    const assigned = await assign();
    expect(pathsOf(assigned, 'dpkg/python3-six')).toEqual(expect.arrayContaining(files));
    expect(pathsOf(assigned, 'python/six')).toEqual([
      'usr/lib/python3/dist-packages/__pycache__/six.cpython-311.pyc',
    ]);
  });

  it('are not looked for in sources that are off', async () => {
    writeFixture('test/fixtures/node', 'npm.txt');
    const assigned = await assign(SOURCE_NAMES.filter((name) => name !== 'node'));
    expect(assigned.components.map(({ name }) => name)).toEqual(['layah/unclaimed']);
  });
});
