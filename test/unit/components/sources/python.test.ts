import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pythonSource } from '../../../../src/components/sources/python.ts';
import { assignComponents } from '../../../../src/components/assign.ts';
import type { ComponentInfo, SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, scanOf, type MemoryNode, type MemoryTree } from '../memory-rootfs.ts';
import { readListedEntries } from './listed-entries.ts';

interface Loaded {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

async function load(tree: MemoryTree, signal = new AbortController().signal): Promise<Loaded> {
  const reporter = createCollectingReporter();
  const claims = await pythonSource.load({ ...createMemoryRootfs(tree), reporter, signal });
  return { claims, warnings: reporter.warnings };
}

function ownerOf({ claims }: Loaded, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim === undefined ? undefined : claims?.components[claim.component]?.name;
}

function component({ claims }: Loaded, name: string): ComponentInfo | undefined {
  return claims?.components.find((info) => info.name === name);
}

/** The files of a fixture's tree, as nodes with content. */
function readTree(directory: string): MemoryTree {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry): [string, MemoryNode] => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(directory.length + 1), { kind: 'file', content: readFileSync(path) }];
    }),
  );
}

const file = { kind: 'file' } as const;
const text = (content: string): MemoryNode => ({ kind: 'file', content });

describe('pythonSource on environments with wheels', () => {
  const tree: MemoryTree = {
    ...readListedEntries('test/fixtures/python/entries.txt'),
    ...readTree('test/fixtures/python/tree'),
  };
  const packages = 'opt/venv/lib/python3.11/site-packages';
  let loaded: Loaded;
  beforeAll(async () => {
    loaded = await load(tree);
  });

  it('has a component for each distribution, with the environment in the name where two have it', () => {
    expect(loaded.warnings).toEqual([]);
    expect(loaded.claims?.packageCount).toBe(4);
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual([
      'python/idna',
      `python/${packages}/six`,
      'python/srv/lib/six',
      'python/wheel',
    ]);
  });

  it.each([
    [`${packages}/six.py`, `python/${packages}/six`],
    [`${packages}/__pycache__/six.cpython-311.pyc`, `python/${packages}/six`],
    // Compiled later, and in no RECORD.
    [`${packages}/__pycache__/six.cpython-311.opt-1.pyc`, `python/${packages}/six`],
    [`${packages}/six-1.17.0.dist-info/RECORD`, `python/${packages}/six`],
    ['srv/lib/six.py', 'python/srv/lib/six'],
    ['opt/venv/bin/wheel', 'python/wheel'],
    [`${packages}/wheel/vendored/packaging/tags.py`, 'python/wheel'],
    [`${packages}/idna/__pycache__/core.cpython-311.pyc`, 'python/idna'],
    ['opt/venv/bin/activate', undefined],
    ['opt/venv/pyvenv.cfg', undefined],
  ])('gives %s to %s', (path, owner) => {
    expect(ownerOf(loaded, path)).toBe(owner);
  });

  it('leaves only what belongs to the environment itself', () => {
    const sources = loaded.claims === undefined ? [] : [loaded.claims];
    const rest = assignComponents(scanOf(tree), sources).components.find(({ name }) =>
      name.startsWith('layah/'),
    );
    expect(rest?.entries.map(({ path }) => path.replace('opt/venv/', ''))).toEqual([
      'bin/Activate.ps1',
      'bin/activate',
      'bin/activate.csh',
      'bin/activate.fish',
      'bin/python',
      'bin/python3',
      'bin/python3.11',
      'include/python3.11',
      'lib64',
      'pyvenv.cfg',
    ]);
  });

  it('clamps only what has no bytecode, because bytecode names the time of its module', () => {
    expect(component(loaded, 'python/srv/lib/six')).toEqual({
      name: 'python/srv/lib/six',
      mtimeClampSeconds: Date.UTC(1980, 0, 1) / 1000,
      updateTimesSeconds: [],
      updateIntervalDays: undefined,
      changesEveryBuild: false,
    });
    expect(component(loaded, 'python/wheel')?.mtimeClampSeconds).toBeUndefined();
  });
});

describe('pythonSource', () => {
  it('has nothing to say of a tree without lists', async () => {
    const loaded = await load({
      'a/RECORD': file,
      'a/x.dist-info/METADATA': file,
      'conda-meta/history': file,
    });
    expect(loaded).toEqual({ claims: undefined, warnings: [] });
  });

  it.each([
    ['Foo_Bar.baz-1.0.dist-info', 'python/foo-bar-baz'],
    ['ruamel.yaml-0.18.6.dist-info', 'python/ruamel-yaml'],
    ['foo.dist-info', 'python/foo'],
    ['a__B-1.dist-info', 'python/a-b'],
  ])('calls %s %s', async (directory, name) => {
    const loaded = await load({ [`lib/${directory}/RECORD`]: text('') });
    expect(ownerOf(loaded, `lib/${directory}/RECORD`)).toBe(name);
  });

  it('takes a directory without a name for nothing', async () => {
    expect(
      (await load({ 'lib/.dist-info/RECORD': text(''), 'lib/-1.dist-info/RECORD': text('') })).claims,
    ).toBe(undefined);
  });

  it('finds what lies outside of the environment, and never leaves the root filesystem', async () => {
    const record = '../../../bin/tool,,\n../../../../../../../../etc/passwd,,\n/etc/absolute,,\n/,,\n..,,\n';
    const loaded = await load({
      'opt/venv/lib/python3/site-packages/a-1.dist-info/RECORD': text(record),
      'opt/venv/bin/tool': file,
      'etc/passwd': file,
      'etc/absolute': file,
    });
    expect([...(loaded.claims?.claims.keys() ?? [])].filter((path) => !path.includes('dist-info'))).toEqual([
      'opt/venv/bin/tool',
      'etc/passwd',
      'etc/absolute',
    ]);
  });

  it('looks for listed files through the links of directories, and skips what no path can be', async () => {
    const record = `a\0b,,\n${'x/'.repeat(4000)},,\nmoved/m.py,,\n`;
    const loaded = await load({
      'lib/a-1.dist-info/RECORD': text(record),
      'lib/moved': { kind: 'symlink', target: '/srv/real' },
      'srv/real/m.py': file,
    });
    expect(ownerOf(loaded, 'srv/real/m.py')).toBe('python/a');
    expect(ownerOf(loaded, 'lib/moved')).toBeUndefined();
  });

  it('takes what a distribution vendors for a part of it, with its own RECORD', async () => {
    const vendored = 'setuptools/_vendor/wheel-1.dist-info/RECORD';
    const loaded = await load({
      'lib/setuptools-80.dist-info/RECORD': text(`${vendored},,\nsetuptools/_vendor/wheel.py,,\n`),
      [`lib/${vendored}`]: text('wheel.py,,\n'),
      'lib/setuptools/_vendor/wheel-1.dist-info/METADATA': file,
      'lib/setuptools/_vendor/wheel.py': file,
    });
    expect(loaded.claims?.packageCount).toBe(1);
    expect(ownerOf(loaded, 'lib/setuptools/_vendor/wheel.py')).toBe('python/setuptools');
  });

  it('gives a file that two distributions list to the one in the outer environment, then to the first', async () => {
    const loaded = await load({
      'lib/b-1.dist-info/RECORD': text('ns/__init__.py,,\n'),
      'lib/c-1.dist-info/RECORD': text('ns/__init__.py,,\n'),
      'lib/deep/a-1.dist-info/RECORD': text('../ns/__init__.py,,\n'),
      'lib/ns/__init__.py': file,
    });
    expect(ownerOf(loaded, 'lib/ns/__init__.py')).toBe('python/b');
  });

  it('merges two versions of a distribution in one environment', async () => {
    const loaded = await load({
      'lib/a-1.dist-info/RECORD': text('a.py,,\n'),
      'lib/a-2.dist-info/RECORD': text('a.py,,\n'),
      'lib/a.py': file,
    });
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual(['python/a']);
  });

  it('reads the lists that were written before wheels', async () => {
    const loaded = await load({
      'lib/Old_Thing-1.0-py3.9.egg-info/installed-files.txt': text('../old.py\n../../bin/old\nPKG-INFO\n'),
      'lib/Old_Thing-1.0-py3.9.egg-info/top_level.txt': file,
      'lib/old.py': file,
      'bin/old': file,
    });
    for (const path of ['lib/old.py', 'bin/old', 'lib/Old_Thing-1.0-py3.9.egg-info/top_level.txt']) {
      expect(ownerOf(loaded, path)).toBe('python/old-thing');
    }
  });

  it('gives bytecode only to the owner of the module beside its __pycache__', async () => {
    const loaded = await load({
      'lib/a-1.dist-info/RECORD': text('a.py,,\nb.c.py,,\n'),
      'lib/a.py': file,
      'lib/b.c.py': file,
      'lib/other.py': file,
      'lib/__pycache__/a.cpython-313.pyc': file,
      'lib/__pycache__/a.pypy310.opt-2.pyc': file,
      'lib/__pycache__/b.c.cpython-313.pyc': file,
      'lib/__pycache__/other.cpython-313.pyc': file,
      'lib/__pycache__/a.txt': file,
      'lib/cache/a.cpython-313.pyc': file,
    });
    const owned = [...(loaded.claims?.claims.keys() ?? [])].filter((path) => path.endsWith('.pyc'));
    expect(owned).toEqual([
      'lib/__pycache__/a.cpython-313.pyc',
      'lib/__pycache__/a.pypy310.opt-2.pyc',
      'lib/__pycache__/b.c.cpython-313.pyc',
    ]);
  });

  it('warns of the lines that make no sense, and of lists that cannot be read', async () => {
    const { claims, warnings } = await load({
      'lib/a-1.dist-info/RECORD': text('a.py,,\n"b"c,,\n'),
      'lib/a.py': file,
      'lib/b-1.dist-info/RECORD': { kind: 'file', content: Buffer.alloc(16 * 1024 * 1024 + 1) },
      'conda-meta/c-1-0.json': text('{"name": "c"}'),
    });
    expect(claims?.components.map(({ name }) => name)).toEqual(['python/a']);
    expect(warnings).toEqual([
      '/conda-meta/c-1-0.json is not the record of a conda package',
      'line 2 of /lib/a-1.dist-info/RECORD: text after the closing quote',
      'a file of the package database is not used: /lib/b-1.dist-info/RECORD cannot be used',
    ]);
  });

  it('takes conda packages as they are, with the distributions that they install', async () => {
    const numpy = {
      name: 'numpy',
      files: ['lib/numpy.py', 'lib/numpy-2.dist-info/RECORD'],
      timestamp: 1733407662000,
    };
    const loaded = await load({
      'opt/conda/conda-meta/numpy-2-py312_0.json': text(JSON.stringify(numpy)),
      'opt/conda/conda-meta/history': file,
      'opt/conda/lib/numpy.py': file,
      'opt/conda/lib/numpy-2.dist-info/RECORD': text('numpy.py,,\n'),
      'opt/conda/lib/six-1.dist-info/RECORD': text('six.py,,\n'),
      'opt/conda/lib/six.py': file,
    });
    expect(loaded.claims?.packageCount).toBe(2);
    expect(ownerOf(loaded, 'opt/conda/lib/numpy.py')).toBe('conda/numpy');
    expect(ownerOf(loaded, 'opt/conda/conda-meta/numpy-2-py312_0.json')).toBe('conda/numpy');
    expect(ownerOf(loaded, 'opt/conda/lib/six.py')).toBe('python/six');
    expect(ownerOf(loaded, 'opt/conda/conda-meta/history')).toBe('conda/.metadata');
    expect(component(loaded, 'conda/numpy')).toMatchObject({
      mtimeClampSeconds: 1733407662,
      updateTimesSeconds: [1733407662],
    });
    expect(component(loaded, 'conda/.metadata')?.changesEveryBuild).toBe(true);
  });

  it('tells conda environments apart, but not their metadata', async () => {
    const zlib = text('{"name": "zlib", "files": []}');
    const loaded = await load({
      'opt/conda/conda-meta/zlib-1-0.json': zlib,
      'opt/conda/conda-meta/history': file,
      'opt/conda/envs/x/conda-meta/zlib-1-0.json': zlib,
      'opt/conda/envs/x/conda-meta/history': file,
    });
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual([
      'conda/.metadata',
      'conda/opt/conda/envs/x/zlib',
      'conda/opt/conda/zlib',
    ]);
  });

  it('throws the reason itself when aborted', async () => {
    const reason = new Error('stopped');
    await expect(load({ 'lib/a-1.dist-info/RECORD': text('') }, AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
  });
});
