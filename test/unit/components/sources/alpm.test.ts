import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { assignComponents } from '../../../../src/components/assign.ts';
import { alpmSource } from '../../../../src/components/sources/alpm.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, scanOf, type MemoryNode, type MemoryTree } from '../memory-rootfs.ts';
import { readAlpmFixture } from './alpm-fixture.ts';

interface Loaded {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

async function load(tree: MemoryTree, signal = new AbortController().signal): Promise<Loaded> {
  const reporter = createCollectingReporter();
  const claims = await alpmSource.load({ ...createMemoryRootfs(tree), reporter, signal });
  return { claims, warnings: reporter.warnings };
}

function ownerOf({ claims }: Loaded, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim === undefined ? undefined : claims?.components[claim.component]?.name;
}

const file = { kind: 'file' } as const;
const directory = { kind: 'directory' } as const;

function text(content: string): MemoryNode {
  return { kind: 'file', content };
}

/** A database with a package for each name, by default in pacman's place. */
function database(packages: Readonly<Record<string, string>>, place = 'var/lib/pacman'): MemoryTree {
  const nodes = Object.entries(packages).flatMap(([name, files]): [string, MemoryNode][] => [
    [`${place}/local/${name}-1-1/desc`, text(`%NAME%\n${name}\n\n%VERSION%\n1-1\n\n`)],
    [`${place}/local/${name}-1-1/files`, text(`%FILES%\n${files}\n\n`)],
  ]);
  return Object.fromEntries(nodes);
}

describe('alpmSource on a tree that pacman made', () => {
  let loaded: Loaded;
  beforeAll(async () => {
    loaded = await load(readAlpmFixture());
  });

  it('has a component for each base, without a warning', () => {
    expect(loaded.warnings).toEqual([]);
    expect(loaded.claims?.packageCount).toBe(4);
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual([
      'alpm/demo',
      'alpm/linux',
      'alpm/tool',
      'alpm/database',
    ]);
  });

  it('dates a component by the build dates of its packages, and knows their version', () => {
    expect(loaded.claims?.components[0]).toEqual({
      name: 'alpm/demo',
      version: '1:2.0-1',
      mtimeClampSeconds: 1700000100,
      updateTimesSeconds: [1700000100, 1700000000],
      updateIntervalDays: undefined,
      changesEveryBuild: false,
    });
  });

  it.each([
    ['usr/bin/demo', 'alpm/demo'],
    ['usr/lib/libdemo.so.1', 'alpm/demo'],
    ['usr/share/demo/with space \u00c3\u00a9', 'alpm/demo'],
    ['var/lib/shared', 'alpm/demo'],
    ['boot', 'alpm/linux'],
    ['usr/bin/tool', 'alpm/tool'],
    ['var/lib/pacman/local/ALPM_DB_VERSION', 'alpm/database'],
    ['var/lib/pacman/sync/core.db', 'alpm/database'],
    ['var/lib/pacman/local/tool-0.1-3/desc', 'alpm/database'],
    ['var/lib/pacman/local/tool-0.1-3/files', 'alpm/tool'],
    ['var/lib/pacman/local/tool-0.1-3/mtree', 'alpm/tool'],
    ['var/lib/pacman/local/tool-0.1-3/install', 'alpm/tool'],
    ['var/lib/pacman/local/demo-libs-1:2.0-1/files', 'alpm/demo'],
  ])('gives %s to %s', (path, owner) => {
    expect(ownerOf(loaded, path)).toBe(owner);
  });

  it('finds the moved kernel by its digest, and claims it weakly', () => {
    expect(ownerOf(loaded, 'usr/lib/modules/1/vmlinuz')).toBe('alpm/linux');
    expect(loaded.claims?.claims.get(rootfsPath('usr/lib/modules/1/vmlinuz'))?.strength).toBe('weak');
    expect(loaded.claims?.claims.get(rootfsPath('usr/lib/modules/1/modules.dep'))?.strength).toBe('strong');
  });

  it('gives a file with the content that two packages miss to neither', () => {
    expect(ownerOf(loaded, 'usr/share/licenses/common')).toBeUndefined();
  });

  it('says that the database changes in every build, and no package does', () => {
    const volatile = loaded.claims?.components.filter(({ changesEveryBuild }) => changesEveryBuild);
    expect(volatile?.map(({ name }) => name)).toEqual(['alpm/database']);
  });

  it('leaves only what no package has', () => {
    const sources = loaded.claims === undefined ? [] : [loaded.claims];
    const { components } = assignComponents(scanOf(readAlpmFixture()), sources);
    const rest = components.find(({ name }) => name.startsWith('layah/'));
    expect(rest?.entries.map(({ path }) => path)).toEqual(['usr/share/licenses/common']);
  });
});

describe('alpmSource', () => {
  it.each([
    ['no database', {}],
    ['an empty database', { 'var/lib/pacman/local': directory }],
    [
      'a database that is a loop of links',
      { 'var/lib/pacman/local': { kind: 'symlink', target: 'local' } as const },
    ],
  ])('has nothing to say of a tree with %s', async (_, tree) => {
    expect(await load(tree)).toEqual({ claims: undefined, warnings: [] });
  });

  it('follows DBPath of pacman.conf', async () => {
    const loaded = await load({
      'etc/pacman.conf': text('[options]\nDBPath = /usr/lib/sysimage/../sysimage/pacman/\n'),
      ...database({ a: 'usr/\nusr/x' }, 'usr/lib/sysimage/pacman'),
      ...database({ b: 'usr/\nusr/x' }),
      'usr/x': file,
    });
    expect(ownerOf(loaded, 'usr/x')).toBe('alpm/a');
    expect(ownerOf(loaded, 'usr/lib/sysimage/pacman/local/a-1-1/desc')).toBe('alpm/database');
  });

  it('looks at the usual place when DBPath has no packages', async () => {
    const loaded = await load({
      'etc/pacman.conf': text('[options]\nDBPath = /../../host/pacman\n'),
      ...database({ a: 'x' }),
      x: file,
    });
    expect(ownerOf(loaded, 'x')).toBe('alpm/a');
  });

  it('follows a database that lies elsewhere behind a link', async () => {
    const loaded = await load({
      'var/lib/pacman': { kind: 'symlink', target: '/usr/lib/pacman' },
      ...database({ a: 'x' }, 'usr/lib/pacman'),
      x: file,
    });
    expect(ownerOf(loaded, 'x')).toBe('alpm/a');
    expect(ownerOf(loaded, 'usr/lib/pacman/local/a-1-1/desc')).toBe('alpm/database');
    expect(ownerOf(loaded, 'usr/lib/pacman/local/a-1-1/files')).toBe('alpm/a');
  });

  it('finds files through the links of the tree, and leaves those links alone', async () => {
    const loaded = await load({
      ...database({ a: 'lib/\nlib/x\nbin/\n' }),
      lib: { kind: 'symlink', target: 'usr/lib' },
      bin: { kind: 'symlink', target: 'usr/bin' },
      'usr/lib/x': file,
    });
    expect(ownerOf(loaded, 'usr/lib/x')).toBe('alpm/a');
    expect(ownerOf(loaded, 'lib')).toBeUndefined();
    expect(ownerOf(loaded, 'bin')).toBeUndefined();
  });

  it('lets the first by base have a file that two packages list', async () => {
    const tree = { ...database({ b: 'x', c: 'x' }), x: file };
    expect(ownerOf(await load(tree), 'x')).toBe('alpm/b');
    const based = { ...tree, 'var/lib/pacman/local/c-1-1/desc': text('%NAME%\nc\n\n%BASE%\na\n') };
    expect(ownerOf(await load(based), 'x')).toBe('alpm/a');
  });

  it('keeps paths of a list inside the tree', async () => {
    const loaded = await load({
      ...database({ a: '../../etc/x\n/usr/../etc//y' }),
      'etc/x': file,
      'etc/y': file,
    });
    expect(ownerOf(loaded, 'etc/x')).toBe('alpm/a');
    expect(ownerOf(loaded, 'etc/y')).toBe('alpm/a');
  });

  it('costs warnings that name the files when parts of the database cannot be used', async () => {
    const loaded = await load({
      ...database({ a: 'x', b: 'x', c: 'x', d: 'y' }),
      'var/lib/pacman/local/a-1-1/desc': text('\u0000\u0001'),
      'var/lib/pacman/local/b-1-1/desc': { kind: 'fifo' },
      'var/lib/pacman/local/c-1-1/files': { kind: 'fifo' },
      'var/lib/pacman/local/d-1-1/mtree': text('no gzip'),
      'var/lib/pacman/local/e-1-1': directory,
      x: file,
    });
    expect(loaded.warnings).toEqual([
      '/var/lib/pacman/local/a-1-1/desc names no package',
      'a file of the package database is not used: /var/lib/pacman/local/b-1-1/desc cannot be used',
      '/var/lib/pacman/local/b-1-1/desc names no package',
      '/var/lib/pacman/local/e-1-1/desc names no package',
      'a file of the package database is not used: /var/lib/pacman/local/c-1-1/files cannot be used',
      'the pacman package c has no file list',
      '/var/lib/pacman/local/d-1-1/mtree is damaged',
    ]);
    expect(loaded.claims?.packageCount).toBe(2);
    expect(ownerOf(loaded, 'var/lib/pacman/local/a-1-1/files')).toBe('alpm/database');
  });

  it('fails when no package can be used', async () => {
    const tree = { ...database({ a: 'x' }), 'var/lib/pacman/local/a-1-1/desc': text('') };
    await expect(load(tree)).rejects.toMatchObject({
      code: 'bad-database',
      message: '/var/lib/pacman/local holds no package; /var/lib/pacman/local/a-1-1 has no usable desc',
      hint: 'Does `pacman -Q` work inside the root filesystem?',
    });
  });

  it('fails when pacman.conf is no regular file, and names it', async () => {
    await expect(load({ 'etc/pacman.conf': { kind: 'fifo' } })).rejects.toMatchObject({
      code: 'bad-database',
      message: '/etc/pacman.conf cannot be used',
    });
  });

  it('says why it knows nothing when the database is left out of the image', async () => {
    const { reader } = createMemoryRootfs(database({ a: 'x' }));
    const reporter = createCollectingReporter();
    const input = { scan: scanOf({ x: file }), reader, reporter, signal: new AbortController().signal };
    expect(await alpmSource.load(input)).toBeUndefined();
    expect(reporter.warnings).toEqual([
      'the packages of pacman are not known, because /var/lib/pacman/local is left out of the image',
    ]);
  });

  it('does not read the mtree of a package whose files are all there', async () => {
    const loaded = await load({
      ...database({ a: 'x' }),
      'var/lib/pacman/local/a-1-1/mtree': text('no gzip'),
      x: file,
    });
    expect(loaded.warnings).toEqual([]);
  });

  it('believes an mtree only of files that the list has', async () => {
    const content = 'moved';
    const sha256 = createHash('sha256').update(content).digest('hex');
    const mtree = gzipSync(`./secret type=file size=5 sha256digest=${sha256}\n`);
    const loaded = await load({
      ...database({ a: 'gone' }),
      'var/lib/pacman/local/a-1-1/mtree': { kind: 'file', content: mtree },
      elsewhere: text(content),
    });
    expect(ownerOf(loaded, 'elsewhere')).toBeUndefined();
  });

  it('stops with the reason when aborted', async () => {
    const reason = new Error('stopped');
    await expect(load(database({ a: 'x' }), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
