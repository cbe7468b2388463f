import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { buildNdb, buildRpmHeader } from './rpm-database-builder.ts';
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

describe('rpmSource on an ndb database', () => {
  // Nothing is there to run.
  beforeEach(() => vi.stubEnv('PATH', join(workspace.directory(), 'bin')));

  it.each(['usr/lib/sysimage/rpm', 'usr/share/rpm', 'var/lib/rpm'])(
    'needs no rpm program for it at %s',
    async (directory) => {
      const { claims, warnings } = await load({
        ...installedFiles,
        [`${directory}/Packages.db`]: fixture('Packages.db'),
        [`${directory}/Index.db`]: { kind: 'file', content: 'not looked at' },
      });
      expect(claims?.packageCount).toBe(4);
      const unclaimed = Object.keys(installedFiles).filter((path) => ownerOf(claims, path) === undefined);
      expect(unclaimed).toEqual(['bin']);
      expect(ownerOf(claims, 'var/log/odd.log')).toBe('rpm/odd weak');
      expect(ownerOf(claims, `${directory}/Index.db`)).toBe('rpm/database strong');
      expect(claims?.components[0]).toMatchObject({
        name: 'rpm/odd',
        updateTimesSeconds: [1_717_243_200, 1_714_651_200, 1_704_110_400],
      });
      expect(warnings).toEqual([]);
      expectNothingLeft();
    },
  );

  it('makes one component of two architectures, with a modularity label or not', async () => {
    const { claims } = await load({ ...moreFiles, 'var/lib/rpm/Packages.db': fixture('more.ndb') });
    expect(claims?.packageCount).toBe(4);
    expect(claims?.components.map(({ name }) => name)).toEqual([
      'rpm/arch',
      'rpm/first',
      'rpm/second',
      'rpm/database',
    ]);
    expect(Object.fromEntries(Object.keys(moreFiles).map((path) => [path, ownerOf(claims, path)]))).toEqual({
      'etc/second.cache': 'rpm/second weak',
      'etc/second.conf': 'rpm/second strong',
      'usr/bin/second': 'rpm/second strong',
      'usr/lib/arch/i686': 'rpm/arch strong',
      'usr/lib/arch/x86_64': 'rpm/arch strong',
      'usr/share/arch/both': 'rpm/arch strong',
      // Left out on installing, so that whatever is there is not the package's.
      'usr/share/doc/second': undefined,
      'usr/share/first': 'rpm/first strong',
      'usr/share/shared/common': 'rpm/first strong',
      'usr/share/shared/empty': 'rpm/second strong',
    });
  });

  it('finds files that were moved, by size and digest', async () => {
    const { claims, warnings } = await load({
      'usr/etc/second.conf': { kind: 'file', content: 'key = value\n' },
      'usr/lib/moved/first': { kind: 'file', content: 'only first has this\n' },
      'usr/lib/moved/md5': { kind: 'file', content: 'x86_64\n' },
      'usr/lib/moved/ambiguous': { kind: 'file', content: 'shared\n' },
      'usr/lib/moved/empty': { kind: 'file', content: '' },
      'usr/lib/moved/documentation': { kind: 'file', content: 'read me\n' },
      'usr/lib/moved/changed': { kind: 'file', content: 'A program\n' },
      'var/lib/rpm/Packages.db': fixture('more.ndb'),
    });
    expect(ownerOf(claims, 'usr/etc/second.conf')).toBe('rpm/second weak');
    expect(ownerOf(claims, 'usr/lib/moved/first')).toBe('rpm/first weak');
    expect(ownerOf(claims, 'usr/lib/moved/md5')).toBe('rpm/arch weak');
    for (const name of ['ambiguous', 'empty', 'documentation', 'changed']) {
      expect(ownerOf(claims, `usr/lib/moved/${name}`), name).toBeUndefined();
    }
    expect(warnings).toEqual([]);
  });

  it('leaves out a package that is damaged, and says so', async () => {
    const good = buildRpmHeader([[1000, { type: 'string', strings: ['good'] }]]);
    const content = buildNdb(
      new Map([
        [5, good],
        [6, Buffer.from('no header')],
      ]),
    );
    const { claims, warnings } = await load({ 'var/lib/rpm/Packages.db': { kind: 'file', content } });
    expect(claims?.components.map(({ name }) => name)).toEqual(['rpm/good', 'rpm/database']);
    expect(warnings).toEqual([
      'the package 6 of /var/lib/rpm/Packages.db is left out: the header is damaged: ' +
        '1852776552 entries and 1700881509 bytes of data do not fit into 9 bytes',
    ]);
  });

  it('fails when all packages are damaged', async () => {
    const content = buildNdb(new Map([[6, Buffer.alloc(8)]]));
    await expect(load({ 'var/lib/rpm/Packages.db': { kind: 'file', content } })).rejects.toMatchObject({
      code: 'bad-database',
      message: 'the rpm database /var/lib/rpm cannot be read: the header is damaged: it has no name',
      hint: expect.stringContaining('rpm --rebuilddb'),
    });
    expectNothingLeft();
  });

  it('fails when the file is something else', async () => {
    await expect(load({ 'var/lib/rpm/Packages.db': file })).rejects.toMatchObject({
      code: 'bad-database',
      message:
        'the rpm database /var/lib/rpm cannot be read: Packages.db is damaged: it does not begin with RpmP',
    });
    expectNothingLeft();
  });

  it('stops with the reason when aborted', async () => {
    const reason = new Error('stopped');
    const database = { 'var/lib/rpm/Packages.db': fixture('more.ndb') };
    await expect(load(database, AbortSignal.abort(reason))).rejects.toBe(reason);
    expectNothingLeft();
  });
});
