import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { assignComponents } from '../../../../src/components/assign.ts';
import { apkSource } from '../../../../src/components/sources/apk.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, scanOf, type MemoryTree } from '../memory-rootfs.ts';
import { readListedEntries } from './listed-entries.ts';

interface Loaded {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

async function load(tree: MemoryTree, signal = new AbortController().signal): Promise<Loaded> {
  const reporter = createCollectingReporter();
  const claims = await apkSource.load({ ...createMemoryRootfs(tree), reporter, signal });
  return { claims, warnings: reporter.warnings };
}

function ownerOf({ claims }: Loaded, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim === undefined ? undefined : claims?.components[claim.component]?.name;
}

const file = { kind: 'file' } as const;
const directory = { kind: 'directory' } as const;

function installed(text: string): MemoryTree {
  return { 'lib/apk/db/installed': { kind: 'file', content: text } };
}

describe('apkSource on a small tree in the layout of Alpine', () => {
  const tree: MemoryTree = {
    ...readListedEntries('test/fixtures/apk/entries.txt'),
    'lib/apk/db/installed': { kind: 'file', content: readFileSync('test/fixtures/apk/installed') },
  };
  let loaded: Loaded;
  beforeAll(async () => {
    loaded = await load(tree);
  });

  it('has a component for each origin, or for the package without one', () => {
    expect(loaded.claims?.packageCount).toBe(7);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual([
      'apk/alpine-baselayout',
      'apk/busybox',
      'apk/coreutils',
      'apk/local-tool',
      'apk/musl',
      'apk/database',
    ]);
  });

  it('dates a component by the build times of its packages, and knows their versions', () => {
    expect(loaded.claims?.components.find(({ name }) => name === 'apk/musl')).toEqual({
      name: 'apk/musl',
      version: '1.2.5-r9, 1.2.5-r8',
      mtimeClampSeconds: 1739450422,
      updateTimesSeconds: [1739450422, 1737000000],
      updateIntervalDays: undefined,
      changesEveryBuild: false,
    });
    expect(loaded.claims?.components.find(({ name }) => name === 'apk/local-tool')).toMatchObject({
      mtimeClampSeconds: undefined,
      updateTimesSeconds: [],
    });
  });

  it.each([
    ['lib/ld-musl-x86_64.so.1', 'apk/musl'],
    ['lib/libc.musl-x86_64.so.1', 'apk/musl'],
    ['usr/bin/ldd', 'apk/musl'],
    ['usr/bin/ssl_client', 'apk/busybox'],
    ['.profile', 'apk/coreutils'],
    ['usr/bin/with space \u00c3\u00a9', 'apk/local-tool'],
    ['var/run', 'apk/alpine-baselayout'],
    ['root', 'apk/alpine-baselayout'],
    ['var/lib/udhcpd', 'apk/busybox'],
    ['etc/apk/world', 'apk/database'],
    ['lib/apk/db/installed', 'apk/database'],
    ['lib/apk/db/scripts.tar', 'apk/database'],
    ['lib/apk/exec', 'apk/database'],
    ['etc/apk/repositories', undefined],
    ['srv/www/index.html', undefined],
  ])('gives %s to %s', (path, owner) => {
    expect(ownerOf(loaded, path)).toBe(owner);
  });

  it('gives a file to the package that replaces the other one that lists it', () => {
    expect(ownerOf(loaded, 'bin/ls')).toBe('apk/coreutils');
  });

  it('gives an empty directory of two packages to the first by name', () => {
    expect(ownerOf(loaded, 'home')).toBe('apk/alpine-baselayout');
  });

  it('says that the database changes in every build, and no package does', () => {
    const volatile = loaded.claims?.components.filter(({ changesEveryBuild }) => changesEveryBuild);
    expect(volatile?.map(({ name }) => name)).toEqual(['apk/database']);
  });

  it('leaves only what no package has', () => {
    const sources = loaded.claims === undefined ? [] : [loaded.claims];
    const rest = assignComponents(scanOf(tree), sources).components.find(({ name }) =>
      name.startsWith('layah/'),
    );
    expect(rest?.entries.map(({ path }) => path)).toEqual(['etc/apk/repositories', 'srv/www/index.html']);
  });
});

describe('apkSource', () => {
  it('has nothing to say of a tree without a database', async () => {
    expect((await load({ 'lib/apk/db/scripts.tar': file })).claims).toBeUndefined();
  });

  it('takes an empty database for one without packages', async () => {
    const loaded = await load(installed(''));
    expect(loaded.claims?.packageCount).toBe(0);
    expect(ownerOf(loaded, 'lib/apk/db/installed')).toBe('apk/database');
  });

  it('reads the database of a tree whose /lib is a link, and finds the files through it', async () => {
    const loaded = await load({
      lib: { kind: 'symlink', target: 'usr/lib' },
      'usr/lib/apk/db/installed': { kind: 'file', content: 'P:musl\nF:lib\nR:ld.so\n' },
      'usr/lib/ld.so': file,
    });
    expect(ownerOf(loaded, 'usr/lib/ld.so')).toBe('apk/musl');
    expect(ownerOf(loaded, 'usr/lib/apk/db/installed')).toBe('apk/database');
    expect(ownerOf(loaded, 'lib')).toBeUndefined();
  });

  it('prefers the database in usr/lib where two are there, and claims both', async () => {
    const loaded = await load({
      ...installed('P:old\nF:etc\nR:x\n'),
      'usr/lib/apk/db/installed': { kind: 'file', content: 'P:new\nF:etc\nR:x\n' },
      'etc/x': file,
    });
    expect(ownerOf(loaded, 'etc/x')).toBe('apk/new');
    expect(ownerOf(loaded, 'lib/apk/db/installed')).toBe('apk/database');
  });

  it('follows a database that lies elsewhere behind a link', async () => {
    const loaded = await load({
      'lib/apk/db': { kind: 'symlink', target: '/var/lib/apk' },
      'var/lib/apk/installed': { kind: 'file', content: 'P:a\n' },
      'var/lib/apk/world': file,
    });
    expect(
      ['lib/apk/db', 'var/lib/apk/installed', 'var/lib/apk/world'].map((path) => ownerOf(loaded, path)),
    ).toEqual(['apk/database', 'apk/database', 'apk/database']);
  });

  it('does not take the whole tree for a database whose directory is a link to the root', async () => {
    const loaded = await load({
      'lib/apk/db': { kind: 'symlink', target: '/' },
      installed: { kind: 'file', content: 'P:a\n' },
      'etc/x': file,
    });
    expect(loaded.claims?.packageCount).toBe(1);
    expect(ownerOf(loaded, 'etc/x')).toBeUndefined();
  });

  it.each([
    ['the later record without a replaces field', '', '', 'apk/b'],
    ['the first record that replaces the second', 'r:b', '', 'apk/a'],
    ['the second record that replaces the first', '', 'r:a', 'apk/b'],
    ['the later of two records that replace each other', 'r:b', 'r:a', 'apk/b'],
    ['the record with the higher priority of two that replace each other', 'r:b\nq:10', 'r:a\nq:9', 'apk/a'],
    ['the later record when the first replaces something else', 'r:c\nq:10', '', 'apk/b'],
  ])('lets %s have a file that both list', async (_, first, second, owner) => {
    const record = (name: string, fields: string): string =>
      [`P:${name}`, fields, 'F:etc', 'R:both'].filter((line) => line !== '').join('\n');
    const loaded = await load({
      ...installed(`${record('a', first)}\n\n${record('b', second)}\n`),
      'etc/both': file,
    });
    expect(ownerOf(loaded, 'etc/both')).toBe(owner);
  });

  it('gives an empty directory to the package with the highest priority', async () => {
    const loaded = await load({ ...installed('P:a\nF:srv\n\nP:b\nq:1\nF:srv\n'), srv: directory });
    expect(ownerOf(loaded, 'srv')).toBe('apk/b');
  });

  it('claims neither a link in the place of a directory nor a directory in the place of a file', async () => {
    const loaded = await load({
      ...installed('P:a\nF:var/run\nF:etc\nR:x\n'),
      'var/run': { kind: 'symlink', target: '/run' },
      'etc/x': directory,
    });
    expect(ownerOf(loaded, 'var/run')).toBeUndefined();
    expect(ownerOf(loaded, 'etc/x')).toBeUndefined();
  });

  it('warns of lines that it passed over, and names file and line', async () => {
    const loaded = await load({ ...installed('P:a\nbad\nF:etc\nR:../../x\nR:y\n'), 'etc/y': file, x: file });
    expect(loaded.warnings).toEqual([
      'line 2 of /lib/apk/db/installed: no "X:value" line: "bad"',
      'line 4 of /lib/apk/db/installed: no usable file: "../../x"',
    ]);
    expect(ownerOf(loaded, 'etc/y')).toBe('apk/a');
    expect(ownerOf(loaded, 'x')).toBeUndefined();
  });

  it('warns only a few times of a thousand bad lines', async () => {
    const { warnings } = await load(installed(`P:a\n${'bad\n'.repeat(1000)}`));
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('980 more warnings about /lib/apk/db/installed');
  });

  it('fails when nothing in the file is a package', async () => {
    await expect(load(installed('\u007fELF\u0001\n\n'))).rejects.toMatchObject({
      code: 'bad-database',
      message: String.raw`/lib/apk/db/installed holds no package; line 1: no "X:value" line: "\x7fELF\x01"`,
      hint: 'Does `apk info` work inside the root filesystem?',
    });
  });

  it('fails when the file is no regular file', async () => {
    await expect(load({ 'lib/apk/db/installed': { kind: 'fifo' } })).rejects.toMatchObject({
      code: 'bad-database',
      message: '/lib/apk/db/installed cannot be used',
    });
  });

  it('keeps names of components on one line and short', async () => {
    const loaded = await load(installed(`P:a\no:x\ty\u001b[0m${'z'.repeat(1000)}\n`));
    expect(loaded.claims?.components[0]?.name).toMatch(/^apk\/x\\x09y\\x1b\[0mz+$/);
    expect(loaded.claims?.components[0]?.name.length).toBe(259);
  });

  it('stops with the reason when aborted', async () => {
    const reason = new Error('stopped');
    await expect(load(installed('P:a\n'), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
