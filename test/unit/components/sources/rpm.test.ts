import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  file,
  fixture,
  installedFiles,
  loadRpm as load,
  moreFiles,
  ownerOf,
  useWorkspace,
} from './rpm-loading.ts';

const workspace = useWorkspace();
const { expectNothingLeft } = workspace;

const rpmInstalled = spawnSync('rpm', ['--version']).status === 0;

describe.skipIf(!rpmInstalled)('rpmSource with the rpm program (skipped where rpm is not installed)', () => {
  it.each(['usr/lib/sysimage/rpm', 'usr/share/rpm', 'var/lib/rpm'])(
    'reads an SQLite database with a write-ahead log at %s',
    async (directory) => {
      const { claims, warnings } = await load({
        ...installedFiles,
        [`${directory}/rpmdb.sqlite`]: fixture('rpmdb.sqlite'),
        [`${directory}/rpmdb.sqlite-wal`]: fixture('rpmdb.sqlite-wal'),
        [`${directory}/rpmdb.sqlite-shm`]: { kind: 'file', content: 'out of date' },
      });
      expect(claims?.packageCount).toBe(4);
      expect(claims?.components).toMatchObject([
        {
          name: 'rpm/odd',
          mtimeClampSeconds: 1_717_243_200,
          updateTimesSeconds: [1_717_243_200, 1_714_651_200, 1_704_110_400],
          changesEveryBuild: false,
        },
        { name: 'rpm/plain' },
        { name: 'rpm/tool-with-hyphens' },
        { name: 'rpm/database', mtimeClampSeconds: undefined, changesEveryBuild: true },
      ]);
      const unclaimed = Object.keys(installedFiles).filter((path) => ownerOf(claims, path) === undefined);
      expect(unclaimed).toEqual(['bin']);
      expect(ownerOf(claims, 'usr/bin/tool')).toBe('rpm/tool-with-hyphens strong');
      expect(ownerOf(claims, 'usr/lib/libodd.so')).toBe('rpm/odd strong');
      expect(ownerOf(claims, 'var/log/odd.log')).toBe('rpm/odd weak');
      expect(ownerOf(claims, `${directory}/rpmdb.sqlite-shm`)).toBe('rpm/database strong');
      expect(warnings).toEqual([]);
      expectNothingLeft();
    },
  );

  it('misses the package that is only in the log when there is no log, so the fixture tests it', async () => {
    const { claims } = await load({ 'var/lib/rpm/rpmdb.sqlite': fixture('rpmdb.sqlite') });
    expect(claims?.components.map(({ name }) => name)).toEqual(['rpm/odd', 'rpm/plain', 'rpm/database']);
  });

  it('reads a Berkeley DB', async () => {
    const { claims, warnings } = await load({
      ...installedFiles,
      'var/lib/rpm/Packages': fixture('Packages'),
    });
    expect(claims?.packageCount).toBe(4);
    expect(ownerOf(claims, 'usr/bin/tool')).toBe('rpm/tool-with-hyphens strong');
    expect(warnings).toEqual([]);
  });

  it('claims the same of a tree whichever format its database has', async () => {
    const claimsOf = async (name: string, database: string): Promise<unknown> => {
      const { claims, warnings } = await load({ ...moreFiles, [`var/lib/rpm/${name}`]: fixture(database) });
      expect(warnings).toEqual([]);
      const { packageCount, components } = claims ?? {};
      return {
        packageCount,
        components,
        owners: Object.keys(moreFiles).map((path) => ownerOf(claims, path)),
      };
    };
    const ndb = await claimsOf('Packages.db', 'more.ndb');
    expect(await claimsOf('rpmdb.sqlite', 'more.sqlite')).toEqual(ndb);
    expect(await claimsOf('Packages', 'more.bdb')).toEqual(ndb);
  });

  it('follows a link to the database inside the tree only', async () => {
    const { claims } = await load({
      'var/lib/rpm': { kind: 'symlink', target: '../../../../usr/lib/sysimage/rpm' },
      'usr/lib/sysimage/rpm/rpmdb.sqlite': { kind: 'symlink', target: '/real.sqlite' },
      'real.sqlite': fixture('rpmdb.sqlite'),
    });
    expect(claims?.packageCount).toBe(3);
  });

  it('fails with what rpm says when the database is damaged', async () => {
    const content = fixture('rpmdb.sqlite').content.subarray(0, 50_000);
    await expect(load({ 'var/lib/rpm/rpmdb.sqlite': { kind: 'file', content } })).rejects.toMatchObject({
      code: 'bad-database',
      message: expect.stringMatching(
        /^rpm cannot read the database \/var\/lib\/rpm: .*malformed.* in \/var\/lib\/rpm/,
      ),
    });
    expectNothingLeft();
  });

  it('fails when rpm takes an empty database for one whose format it cannot read', async () => {
    const noDatabase = { kind: 'file', content: 'x'.repeat(4096) } as const;
    await expect(load({ 'var/lib/rpm/Packages': noDatabase })).rejects.toMatchObject({
      code: 'bad-database',
      message: expect.stringMatching(
        /^rpm (found no package in|cannot read) the (bdb )?database \/var\/lib\/rpm/,
      ),
    });
  });
});

describe('rpmSource', () => {
  const database = { 'var/lib/rpm/rpmdb.sqlite': { kind: 'file', content: 'SQLite' } } as const;

  function fakeRpm(script: string): void {
    writeFileSync(join(workspace.directory(), 'bin/rpm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${join(workspace.directory(), 'bin')}:/usr/bin:/bin`);
  }

  it('has nothing to say of a tree without a database, whether or not rpm is installed', async () => {
    vi.stubEnv('PATH', join(workspace.directory(), 'bin'));
    expect((await load({ 'usr/lib/sysimage/rpm': { kind: 'directory' } })).claims).toBeUndefined();
  });

  it('says how to get rpm when there is a database and no rpm', async () => {
    vi.stubEnv('PATH', join(workspace.directory(), 'bin'));
    await expect(load(database)).rejects.toMatchObject({
      code: 'missing-program',
      message: 'the rpm database /var/lib/rpm needs the program rpm, which is not installed',
      hint: expect.stringContaining('apt-get install rpm, dnf install rpm'),
    });
    expectNothingLeft();
  });

  it('gives rpm a clean environment, a home of its own and a copy', async () => {
    vi.stubEnv('LAYAH_SECRET', 'x');
    fakeRpm(
      `env > ${workspace.directory()}/env; printf '%s\\n' "$@" > ${workspace.directory()}/arguments; printf "P 'a' (none) 1\\n"`,
    );
    expect((await load(database)).claims?.components[0]?.name).toBe('rpm/a');
    const environment = readFileSync(join(workspace.directory(), 'env'), 'utf8');
    expect(environment).toContain('LC_ALL=C\n');
    expect(environment).toMatch(new RegExp(`^HOME=${workspace.directory()}/tmp/layah-rpm-`, 'm'));
    expect(environment).not.toContain('LAYAH_SECRET');
    expect(readFileSync(join(workspace.directory(), 'arguments'), 'utf8')).toContain(
      `--dbpath\n${workspace.directory()}/tmp/layah-rpm-`,
    );
    expectNothingLeft();
  });

  it('puts what rpm says into the error, with the path in the tree', async () => {
    fakeRpm('echo "error: no luck in $HOME" >&2; exit 3');
    await expect(load(database)).rejects.toMatchObject({
      code: 'bad-database',
      message: 'rpm cannot read the database /var/lib/rpm: error: no luck in /var/lib/rpm',
    });
    expectNothingLeft();
  });

  it('passes on what rpm complains about when it ends well', async () => {
    fakeRpm(`echo 'error: rpmdb: damaged header #1' >&2; echo 'warning: x' >&2; printf "P 'a' (none) 1\\n"`);
    expect((await load(database)).warnings).toEqual([
      'rpm says of the database /var/lib/rpm: error: rpmdb: damaged header #1',
    ]);
  });

  it('takes a quiet answer without packages for an empty database', async () => {
    fakeRpm('exit 0');
    expect((await load(database)).claims).toMatchObject({
      packageCount: 0,
      components: [{ name: 'rpm/database' }],
    });
  });

  it('does not take it for one when rpm lacks the format', async () => {
    fakeRpm(`echo 'warning: no backend for this database' >&2`);
    await expect(load({ 'var/lib/rpm/Packages': file })).rejects.toMatchObject({
      message: 'rpm found no package in the bdb database /var/lib/rpm: warning: no backend for this database',
      hint: 'Use an rpm that reads bdb, for example that of the distribution the root filesystem comes from.',
    });
  });

  it('ends rpm and throws the reason when aborted', async () => {
    fakeRpm('exec sleep 60');
    const controller = new AbortController();
    const reason = new Error('stopped');
    const loading = load(database, controller.signal);
    setTimeout(() => controller.abort(reason), 200);
    const start = performance.now();
    await expect(loading).rejects.toBe(reason);
    expect(performance.now() - start).toBeLessThan(10_000);
    expectNothingLeft();
  });

  it('fails on a database that is no regular file, and leaves nothing behind', async () => {
    await expect(load({ 'var/lib/rpm/rpmdb.sqlite': { kind: 'fifo' } })).rejects.toMatchObject({
      code: 'bad-database',
      message: '/var/lib/rpm/rpmdb.sqlite cannot be used',
    });
    expectNothingLeft();
  });
});
