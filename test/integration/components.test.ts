import { spawnSync } from 'node:child_process';
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { setAttributeSync } from 'fs-xattr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignComponents, type AssignedComponents } from '../../src/components/assign.ts';
import { loadSources } from '../../src/components/load-sources.ts';
import { parseComponentMap } from '../../src/config/component-map.ts';
import type { ComponentMap } from '../../src/model/component-map.ts';
import { SOURCE_NAMES } from '../../src/model/component.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { planLayers } from '../../src/packing/pack.ts';
import { openRootfs } from '../../src/scan/open-rootfs.ts';
import { createRootfsReader } from '../../src/scan/rootfs-reader.ts';
import { scanRootfs } from '../../src/scan/scan.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layah-components-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string | Uint8Array = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function assign(componentMap?: ComponentMap): Promise<AssignedComponents> {
  const rootfs = openRootfs(root);
  try {
    const { signal } = new AbortController();
    const scan = await scanRootfs(rootfs, {
      prune: [],
      skipSpecialFiles: false,
      reporter: silentReporter,
      signal,
    });
    const reader = createRootfsReader(rootfs);
    const selection = { enabledSources: SOURCE_NAMES, componentMap };
    return assignComponents(
      scan,
      await loadSources({ scan, reader, reporter: silentReporter, signal }, selection),
    );
  } finally {
    rootfs.close();
  }
}

function pathsByComponent({ components }: AssignedComponents): Record<string, string[]> {
  return Object.fromEntries(components.map(({ name, entries }) => [name, entries.map(({ path }) => path)]));
}

/** The database of test/fixtures/dpkg and a few of the files that its lists name. */
function writeDebianTree(): void {
  cpSync('test/fixtures/dpkg/tree', root, { recursive: true, verbatimSymlinks: true });
  for (const name of ['bash', 'dash', 'pg_config', 'pg_config.libpq-dev', 'local']) write(`usr/bin/${name}`);
  symlinkSync('usr/bin', join(root, 'bin'));
  symlinkSync('dash', join(root, 'usr/bin/sh'));
}

const rpmInstalled = spawnSync('rpm', ['--version']).status === 0;

describe('the components of a scanned directory', () => {
  it('are the source packages, the database and the rest of a Debian tree', async () => {
    writeDebianTree();
    const assigned = await assign();
    const paths = pathsByComponent(assigned);
    expect(paths['dpkg/dash']).toEqual(expect.arrayContaining(['usr/bin/dash', 'usr/bin/sh']));
    expect(paths['dpkg/postgresql-15']).toContain('usr/bin/pg_config.libpq-dev');
    expect(paths['dpkg/postgresql-common']).toContain('usr/bin/pg_config');
    expect(paths['dpkg/database']).toEqual([
      'var/lib/dpkg/arch',
      'var/lib/dpkg/diversions',
      'var/lib/dpkg/info/format',
      'var/lib/dpkg/status',
    ]);
    expect(paths['layah/unclaimed']).toEqual(['usr/bin/local']);
    const items = assigned.components.map((component) =>
      Object.assign({ exclusive: false, fingerprint: '' }, component),
    );
    const options = {
      maxLayers: 4,
      maxLayerSizeBytes: undefined,
      planTimeSeconds: 1_700_000_000,
      previous: undefined,
    };
    expect(planLayers(items, options).layers.at(-1)?.componentNames).toEqual(['dpkg/database']);
  });

  it('are what the user said where the user said something', async () => {
    writeDebianTree();
    setAttributeSync(join(root, 'usr/bin/bash'), 'user.component', 'shells');
    setAttributeSync(join(root, 'usr/bin/bash'), 'user.update-interval', 'monthly');
    write('opt/app/a');
    setAttributeSync(join(root, 'opt'), 'user.component', 'app');
    const assigned = await assign();
    expect(pathsByComponent(assigned)).toMatchObject({
      'xattr/shells': ['usr/bin/bash'],
      'xattr/app': ['opt/app/a'],
    });
    expect(assigned.components.find(({ name }) => name === 'xattr/shells')?.updateIntervalDays).toBe(30);
  });

  it('are what a map says, before attributes, and those before packages', async () => {
    writeDebianTree();
    for (const name of ['bash', 'dash'])
      setAttributeSync(join(root, `usr/bin/${name}`), 'user.component', 'x');
    const map = parseComponentMap('[{"path":"/usr/bin/bash","component":"m"}]', 'the map');
    const paths = pathsByComponent(await assign(map));
    expect(paths).toMatchObject({ 'map/m': ['usr/bin/bash'], 'xattr/x': ['usr/bin/dash'] });
    expect(paths['dpkg/dash']).toContain('usr/bin/sh');
  });

  it('are big files that no package has, hardlinks together', async () => {
    writeDebianTree();
    write('usr/bin/bash', Buffer.alloc(2_000_000));
    write('srv/model', Buffer.alloc(2_000_000));
    linkSync(join(root, 'srv/model'), join(root, 'srv/again'));
    const assigned = await assign();
    expect(pathsByComponent(assigned)).toMatchObject({ 'bigfiles/srv/again': ['srv/again', 'srv/model'] });
    expect(pathsByComponent(assigned)['dpkg/bash']).toContain('usr/bin/bash');
    expect(assigned.summaries.find(({ source }) => source === 'bigfiles')).toEqual({
      source: 'bigfiles',
      packageCount: undefined,
      componentCount: 1,
      fileCount: 2,
      sizeBytes: 2_000_000,
    });
  });

  it.skipIf(!rpmInstalled)(
    'are the source packages of an rpm tree (skipped where rpm is not installed)',
    async () => {
      for (const name of ['rpmdb.sqlite', 'rpmdb.sqlite-wal']) {
        write(`usr/lib/sysimage/rpm/${name}`, gunzipSync(readFileSync(`test/fixtures/rpm/${name}.gz`)));
      }
      mkdirSync(join(root, 'var/lib'), { recursive: true });
      symlinkSync('../../usr/lib/sysimage/rpm', join(root, 'var/lib/rpm'));
      symlinkSync('usr/bin', join(root, 'bin'));
      for (const path of [
        'usr/bin/tool',
        'usr/lib/libodd.so',
        'usr/share/odd/café',
        "usr/share/odd/''",
        'var/log/odd.log',
      ]) {
        write(path);
      }
      const before = readFileSync(join(root, 'usr/lib/sysimage/rpm/rpmdb.sqlite'));
      expect(pathsByComponent(await assign())).toEqual({
        'layah/unclaimed': ['bin', 'var/lib/rpm'],
        'rpm/database': ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'usr/lib/sysimage/rpm/rpmdb.sqlite-wal'],
        'rpm/odd': [
          'usr/lib/libodd.so',
          "usr/share/odd/''",
          Buffer.from('usr/share/odd/café').toString('latin1'),
          'var/log/odd.log',
        ],
        'rpm/tool-with-hyphens': ['usr/bin/tool'],
      });
      expect(readFileSync(join(root, 'usr/lib/sysimage/rpm/rpmdb.sqlite')).equals(before)).toBe(true);
    },
  );
});
