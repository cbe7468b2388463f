import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { dpkgSource } from '../../../../src/components/sources/dpkg.ts';
import type { ComponentInfo, SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, type MemoryNode, type MemoryTree } from '../memory-rootfs.ts';
import { readDpkgFixture } from './dpkg-fixture.ts';

interface Loaded {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

async function load(tree: MemoryTree, signal = new AbortController().signal): Promise<Loaded> {
  const reporter = createCollectingReporter();
  const claims = await dpkgSource.load({ ...createMemoryRootfs(tree), reporter, signal });
  return { claims, warnings: reporter.warnings };
}

function ownerOf({ claims }: Loaded, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim === undefined ? undefined : claims?.components[claim.component]?.name;
}

function component({ claims }: Loaded, name: string): ComponentInfo | undefined {
  return claims?.components.find((info) => info.name === name);
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

const file = { kind: 'file' } as const;

function database(packages: readonly string[], files: Readonly<Record<string, string>> = {}): MemoryTree {
  const status = packages.map((fields) => {
    const [name = '', ...others] = fields.split('\n');
    return [
      `Package: ${name}`,
      'Status: install ok installed',
      'Architecture: amd64',
      'Version: 1',
      ...others,
    ].join('\n');
  });
  const nodes = Object.entries(files).map(
    ([name, content]) => [`var/lib/dpkg/${name}`, { kind: 'file', content }] as const,
  );
  return {
    'var/lib/dpkg/status': { kind: 'file', content: `${status.join('\n\n')}\n` },
    ...Object.fromEntries(nodes),
  };
}

describe('dpkgSource on a part of a real Debian 12', () => {
  let loaded: Loaded;
  beforeAll(async () => {
    loaded = await load(readDpkgFixture());
  });

  it('groups ten binary packages by their source packages, without a warning', () => {
    expect(loaded.claims?.packageCount).toBe(10);
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual([
      'dpkg/acl',
      'dpkg/base-files',
      'dpkg/bash',
      'dpkg/dash',
      'dpkg/gcc-12',
      'dpkg/gcc-defaults',
      'dpkg/postgresql-15',
      'dpkg/postgresql-common',
      'dpkg/database',
    ]);
    expect(loaded.warnings).toEqual([]);
  });

  it.each([
    ['usr/bin/bash', 'dpkg/bash'],
    ['usr/bin/dash', 'dpkg/dash'],
    ['usr/lib/x86_64-linux-gnu/libacl.so.1', 'dpkg/acl'],
    ['usr/lib/x86_64-linux-gnu/libgcc_s.so.1', 'dpkg/gcc-12'],
    ['usr/bin/gcc', 'dpkg/gcc-defaults'],
    ['usr/share/doc/libgcc-s1', 'dpkg/gcc-12'],
  ])('finds %s of the lists through the usr-merge and gives it to %s', (path, owner) => {
    expect(ownerOf(loaded, path)).toBe(owner);
  });

  it('gives a diverted file to the package that it came with, and its place to the one that diverts', () => {
    expect(ownerOf(loaded, 'usr/bin/pg_config.libpq-dev')).toBe('dpkg/postgresql-15');
    expect(ownerOf(loaded, 'usr/bin/pg_config')).toBe('dpkg/postgresql-common');
    expect(ownerOf(loaded, 'usr/bin/sh')).toBe('dpkg/dash');
  });

  it('gives a link of the usr-merge to nobody who has files below it, only to base-files, which lists it empty', () => {
    expect(['bin', 'lib', 'lib64'].map((path) => ownerOf(loaded, path))).toEqual([
      'dpkg/base-files',
      'dpkg/base-files',
      undefined,
    ]);
  });

  it.each([
    ['info/bash.list', 'dpkg/bash'],
    ['info/libacl1:amd64.list', 'dpkg/acl'],
    ['info/gcc-12-base:amd64.md5sums', 'dpkg/gcc-12'],
    ['info/dash.postinst', 'dpkg/dash'],
    ['info/format', 'dpkg/database'],
    ['status', 'dpkg/database'],
    ['diversions', 'dpkg/database'],
    ['arch', 'dpkg/database'],
  ])('gives var/lib/dpkg/%s to %s', (name, owner) => {
    expect(ownerOf(loaded, `var/lib/dpkg/${name}`)).toBe(owner);
  });

  it('says that the database changes in every build, and no package does', () => {
    const volatile = loaded.claims?.components.filter(({ changesEveryBuild }) => changesEveryBuild);
    expect(volatile?.map(({ name }) => name)).toEqual(['dpkg/database']);
  });

  it('dates a source by its newest changelog entry', () => {
    const dash = component(loaded, 'dpkg/dash');
    expect(dash?.mtimeClampSeconds).toBe(seconds('2023-01-05T13:20:48Z'));
    expect(dash?.updateTimesSeconds[0]).toBe(dash?.mtimeClampSeconds);
  });

  it('counts a rebuild without source changes as an update', () => {
    const bash = component(loaded, 'dpkg/bash');
    expect(bash?.updateTimesSeconds.length).toBeGreaterThan(2);
    expect(bash?.mtimeClampSeconds).toBe(bash?.updateTimesSeconds[0]);
    expect(bash?.mtimeClampSeconds).toBeGreaterThan(seconds('2024-01-01T00:00:00Z'));
  });

  it('reads the changelog of a native package, and one behind a linked doc directory', () => {
    expect(component(loaded, 'dpkg/base-files')?.updateTimesSeconds.length).toBeGreaterThan(20);
    expect(component(loaded, 'dpkg/gcc-defaults')?.mtimeClampSeconds).toBeDefined();
    expect(component(loaded, 'dpkg/gcc-12')?.mtimeClampSeconds).toBeDefined();
  });
});

describe('dpkgSource', () => {
  it('has nothing to say of a tree without a status file', async () => {
    expect((await load({ 'var/lib/dpkg/info/a.list': file })).claims).toBeUndefined();
  });

  it('lets the first of two packages with one file have it, and an installed one before a removed one', async () => {
    const loaded = await load({
      ...database(['b', 'c', 'a\nStatus: deinstall ok config-files'], {
        'info/a.list': '/etc/all\n/etc/left\n',
        'info/b.list': '/etc/all\n',
        'info/c.list': '/etc/all\n',
      }),
      'etc/all': file,
      'etc/left': file,
    });
    expect(ownerOf(loaded, 'etc/all')).toBe('dpkg/b');
    expect(ownerOf(loaded, 'etc/left')).toBe('dpkg/a');
    expect(loaded.claims?.packageCount).toBe(2);
  });

  it('does not claim a link where a package has a directory with files', async () => {
    const loaded = await load({
      ...database(['a'], { 'info/a.list': '/lib\n/lib/x\n/lib64\n' }),
      lib: { kind: 'symlink', target: 'usr/lib' },
      lib64: { kind: 'symlink', target: 'usr/lib64' },
      'usr/lib/x': file,
    });
    expect(ownerOf(loaded, 'lib')).toBeUndefined();
    expect(ownerOf(loaded, 'lib64')).toBe('dpkg/a');
    expect(ownerOf(loaded, 'usr/lib/x')).toBe('dpkg/a');
  });

  it('follows a database that lies elsewhere behind a link', async () => {
    const status = 'Package: a\nStatus: install ok installed\n';
    const loaded = await load({
      'var/lib/dpkg': { kind: 'symlink', target: '/usr/lib/sysimage/dpkg' },
      'usr/lib/sysimage/dpkg/status': { kind: 'file', content: status },
      'usr/lib/sysimage/dpkg/info/a.list': { kind: 'file', content: '/a\n' },
      a: file,
    });
    expect(ownerOf(loaded, 'a')).toBe('dpkg/a');
    expect(ownerOf(loaded, 'usr/lib/sysimage/dpkg/status')).toBe('dpkg/database');
    expect(ownerOf(loaded, 'usr/lib/sysimage/dpkg/info/a.list')).toBe('dpkg/a');
  });

  it('keeps paths of a list inside the tree', async () => {
    const loaded = await load({
      ...database(['a'], { 'info/a.list': '/../../etc/x\nrelative\n/usr/../etc//y/.\n\n' }),
      'etc/x': file,
      'etc/y': file,
      relative: file,
    });
    expect(ownerOf(loaded, 'etc/x')).toBe('dpkg/a');
    expect(ownerOf(loaded, 'etc/y')).toBe('dpkg/a');
    expect(ownerOf(loaded, 'relative')).toBeUndefined();
  });

  it('has neither a clamp nor dates when usr/share/doc was left out', async () => {
    const loaded = await load(database(['a'], { 'info/a.list': '/a\n' }));
    expect(component(loaded, 'dpkg/a')).toMatchObject({
      mtimeClampSeconds: undefined,
      updateTimesSeconds: [],
    });
    expect(loaded.warnings).toEqual([]);
  });

  it('warns of a package without a list', async () => {
    expect((await load(database(['a']))).warnings).toEqual(['the dpkg package a has no file list']);
  });

  it('joins the dates of two installed versions of one source, newest first', async () => {
    const changelog = (date: string) => ({
      kind: 'file' as const,
      content: gzipSync(` -- A <a@b>  ${date}\n -- A <a@b>  Sun, 01 Jan 2023 00:00:00 +0000\n`),
    });
    const loaded = await load({
      ...database(['a1\nSource: a', 'a2\nSource: a (2)\nVersion: 2'], {
        'info/a1.list': '',
        'info/a2.list': '',
      }),
      'usr/share/doc/a1/changelog.Debian.gz': changelog('Mon, 01 Jan 2024 00:00:00 +0000'),
      'usr/share/doc/a2/changelog.Debian.gz': changelog('Wed, 01 Jan 2025 00:00:00 +0000'),
    });
    expect(component(loaded, 'dpkg/a')).toMatchObject({
      mtimeClampSeconds: seconds('2025-01-01T00:00:00Z'),
      updateTimesSeconds: ['2025', '2024', '2023'].map((year) => seconds(`${year}-01-01T00:00:00Z`)),
    });
  });

  it('costs only a warning when a changelog is damaged or no file', async () => {
    const loaded = await load({
      ...database(['a', 'b'], { 'info/a.list': '', 'info/b.list': '' }),
      'usr/share/doc/a/changelog.Debian.gz': { kind: 'file', content: 'no gzip' },
      'usr/share/doc/b/changelog.Debian.gz': { kind: 'fifo' },
    });
    expect(loaded.warnings).toEqual([
      'the changelog /usr/share/doc/a/changelog.Debian.gz is damaged',
      'a file of the package database is not used: /usr/share/doc/b/changelog.Debian.gz cannot be used',
    ]);
  });

  it('fails when status is no regular file, and names it', async () => {
    await expect(load({ 'var/lib/dpkg/status': { kind: 'fifo' } })).rejects.toMatchObject({
      code: 'bad-database',
      message: '/var/lib/dpkg/status cannot be used',
    });
  });

  it.each<[string, MemoryNode, string]>([
    [
      'diversions',
      { kind: 'fifo' },
      'the diversions of dpkg are not used: /var/lib/dpkg/diversions cannot be used',
    ],
    [
      'diversions',
      { kind: 'file', content: '/a\n' },
      'the diversions of dpkg are not used: /var/lib/dpkg/diversions has 1 lines, which is no multiple of three',
    ],
    [
      'info/b.list',
      { kind: 'fifo' },
      'a file of the package database is not used: /var/lib/dpkg/info/b.list cannot be used',
    ],
    [
      'status.d/b',
      { kind: 'fifo' },
      'a file of the package database is not used: /var/lib/dpkg/status.d/b cannot be used',
    ],
  ])('costs only a warning when %s cannot be used', async (name, node, warning) => {
    const lists = { 'info/a.list': '/a\n', 'info/b.list': '/b\n' };
    const loaded = await load({
      ...database(['a', 'b'], lists),
      [`var/lib/dpkg/${name}`]: node,
      a: file,
      b: file,
    });
    expect(loaded.warnings[0]).toBe(warning);
    expect(ownerOf(loaded, 'a')).toBe('dpkg/a');
  });

  it('skips lines that are longer than any path', async () => {
    const list = `/${'a/'.repeat(5_000_000)}\n/b\n`;
    const loaded = await load({ ...database(['a'], { 'info/a.list': list }), b: file });
    expect(ownerOf(loaded, 'b')).toBe('dpkg/a');
  });

  it('stops with the reason when aborted', async () => {
    const reason = new Error('stopped');
    await expect(load(database(['a']), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
