/*
 * Every file and directory that a source looks at, in every shape that it may not have, in a tree that another package
 * manager knows: that tree is split as if nothing were wrong. Nothing outside of the root filesystem is read.
 */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getuid } from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assignComponents } from '../../src/components/assign.ts';
import { loadSources } from '../../src/components/load-sources.ts';
import { SOURCE_NAMES } from '../../src/model/component.ts';
import { openRootfs } from '../../src/scan/open-rootfs.ts';
import { createRootfsReader } from '../../src/scan/rootfs-reader.ts';
import { scanRootfs } from '../../src/scan/scan.ts';
import { createCollectingReporter } from '../unit/components/collecting-reporter.ts';

const isRoot = getuid?.() === 0;

let special: string;
let base: string;
let root: string;
beforeAll(() => {
  special = mkdtempSync(join(tmpdir(), 'layah-special-'));
  execFileSync('mkfifo', [join(special, 'fifo')]);
  if (!isRoot) return;
  execFileSync('mknod', [join(special, 'character'), 'c', '1', '5']);
  execFileSync('mknod', [join(special, 'no-driver'), 'c', '250', '77']);
  execFileSync('mknod', [join(special, 'block'), 'b', '7', '200']);
});
afterAll(() => rmSync(special, { recursive: true }));
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'layah-hostile-'));
  root = join(base, 'root');
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true }));

const DPKG_STATUS = 'Package: NAME\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n';
const APK_INSTALLED = 'P:NAME\nF:srv\nR:file\n';

/** What an attacker wants to be read: a database outside of the root filesystem, in the shape of each. */
function plantOutside(): void {
  write(join(base, 'outside/status'), DPKG_STATUS.replace('NAME', 'outside'));
  write(join(base, 'outside/installed'), APK_INSTALLED.replace('NAME', 'outside'));
  write(join(base, 'outside/info/a.list'), '/srv/file\n');
  write(join(base, 'outside/local/outside-1-1/desc'), '%NAME%\noutside\n');
  write(join(base, 'outside/local/outside-1-1/files'), '%FILES%\nsrv/file\n');
}

/** At a path that has nothing yet but its directory. */
const SHAPES: Readonly<Record<string, (path: string) => void>> = {
  'a FIFO': (path) => linkSync(join(special, 'fifo'), path),
  'a directory': (path) => mkdirSync(path),
  'a directory with a file': (path) => write(join(path, 'x'), 'x'),
  'a sparse file of 20 GB': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 20e9);
  },
  'random bytes': (path) => writeFileSync(path, Buffer.from('7f454c4600ff0a0afe27225c3a00', 'hex')),
  'a link to itself': (path) => symlinkSync(path.slice(path.lastIndexOf('/') + 1), path),
  'a link to the root': (path) => symlinkSync('/', path),
  'a dangling link': (path) => symlinkSync('nothing/there', path),
  'a link out of the tree': (path) => symlinkSync(`${'../'.repeat(30)}${base}/outside`, path),
  'an absolute link out of the tree': (path) => symlinkSync(join(base, 'outside/status'), path),
  'a link to a file of the host': (path) => symlinkSync('/proc/self/environ', path),
};

const DEVICES: Readonly<Record<string, (path: string) => void>> = {
  'a character device': (path) => linkSync(join(special, 'character'), path),
  'a device without a driver': (path) => linkSync(join(special, 'no-driver'), path),
  'a block device': (path) => linkSync(join(special, 'block'), path),
};

/** By the source that looks there. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  rpm: [
    'usr/lib/sysimage/rpm',
    'usr/share/rpm',
    'var/lib/rpm',
    'usr/lib/sysimage/rpm/rpmdb.sqlite',
    'usr/share/rpm/Packages.db',
    'var/lib/rpm/Packages',
  ],
  dpkg: [
    'var/lib/dpkg',
    'var/lib/dpkg/status',
    'var/lib/dpkg/status.d',
    'var/lib/dpkg/status.d/a',
    'var/lib/dpkg/info',
    'var/lib/dpkg/diversions',
    'var/lib/dpkg/alternatives',
    'usr/lib/sysimage/dpkg/status',
  ],
  apk: ['lib/apk', 'lib/apk/db', 'lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  alpm: [
    'etc/pacman.conf',
    'var/lib/pacman',
    'var/lib/pacman/local',
    'var/lib/pacman/local/a-1-1',
    'var/lib/pacman/local/a-1-1/desc',
  ],
  python: [
    'opt/lib/a-1.dist-info',
    'opt/lib/a-1.dist-info/RECORD',
    'opt/lib/a.egg-info/installed-files.txt',
    'opt/conda-meta/a.json',
  ],
  node: ['opt/node_modules', 'opt/node_modules/a', 'opt/node_modules/a/package.json'],
  gem: ['opt/specifications', 'opt/specifications/a-1.gemspec'],
};

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The database of another package manager than the one that is attacked, with one file. */
function plantKnown(attacked: string): string {
  write(join(root, 'srv/file'), 'x');
  if (attacked === 'dpkg') {
    write(join(root, 'lib/apk/db/installed'), APK_INSTALLED.replace('NAME', 'known'));
    return 'apk/known';
  }
  write(join(root, 'var/lib/dpkg/status'), DPKG_STATUS.replace('NAME', 'known'));
  write(join(root, 'var/lib/dpkg/info/known.list'), '/srv/file\n');
  return 'dpkg/known';
}

async function ownersOfTree(): Promise<ReadonlyMap<string, string>> {
  const rootfs = openRootfs(root);
  try {
    const { signal } = new AbortController();
    const reporter = createCollectingReporter();
    const scan = await scanRootfs(rootfs, { prune: [], skipSpecialFiles: false, reporter, signal });
    const input = { scan, reader: createRootfsReader(rootfs), reporter, signal };
    const selection = { enabledSources: SOURCE_NAMES, componentMap: undefined };
    const { components } = assignComponents(scan, await loadSources(input, selection));
    return new Map(components.flatMap(({ name, entries }) => entries.map(({ path }) => [path, name])));
  } finally {
    rootfs.close();
  }
}

async function expectSplit(attacked: string, place: string, make: (path: string) => void): Promise<void> {
  plantOutside();
  const known = plantKnown(attacked);
  const path = join(root, place);
  mkdirSync(dirname(path), { recursive: true });
  make(path);
  const owners = await ownersOfTree();
  expect(owners.get('srv/file')).toBe(known);
  expect([...owners.values()].filter((name) => name.includes('outside'))).toEqual([]);
}

const CASES = Object.entries(PLACES).flatMap(([source, places]) =>
  places.map((place) => ({ source, place })),
);

describe.each(CASES)('$source with something else at /$place', ({ source, place }) => {
  it.each(Object.entries(SHAPES))('does not stop the split by another database: %s', async (_, make) => {
    await expectSplit(source, place, make);
  });

  it.skipIf(!isRoot).each(Object.entries(DEVICES))(
    'does not stop it either (needs root to make one): %s',
    async (_, make) => expectSplit(source, place, make),
  );
});
