import { lutimes, mkdtemp, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { isThere, testWith } from './needs.ts';
import { removeTree } from './run-directory.ts';

const needs = ['root', 'debootstrap'];

/** What a layer is known by: the names of its components, and its digest. */
type Layers = ReadonlyMap<string, string>;

describe('of the layers of a Debian tree', () => {
  let debian = '';
  /** Before the tree was made, as SOURCE_DATE_EPOCH is before the build that it is given to. */
  let epochSeconds = 0;
  let before: Layers = new Map();

  beforeAll(async () => {
    if (!needs.every(isThere)) return;
    debian = await makeRootfs('debian');
    epochSeconds = Math.floor((await stat(join(debian, 'var/lib/dpkg/status'))).mtimeMs / 1000) - DAY_SECONDS;
    before = await layersOf(debian);
  });

  async function layersOf(rootfs: string): Promise<Layers> {
    const archive = join(inject('runDirectory'), 'stability.ociarchive');
    const flags = ['--source-date-epoch', String(epochSeconds), '-q'];
    await layahOrFail(['build', '--rootfs', rootfs, '-o', archive, ...flags]);
    const { layers } = await readManifest(archive);
    return new Map(
      layers.map(({ annotations, digest }) => [annotations?.['org.layah.component'] ?? '', digest]),
    );
  }

  /** The components of the layers that are not those of the tree as it was. */
  async function changedIn(rootfs: string): Promise<string[]> {
    const after = await layersOf(rootfs);
    expect([...after.keys()]).toEqual([...before.keys()]);
    return [...after].filter(([name, digest]) => before.get(name) !== digest).map(([name]) => name);
  }

  async function changedBy(change: (rootfs: string) => Promise<unknown>): Promise<string[]> {
    const rootfs = await copyOf(debian);
    await change(rootfs);
    return changedIn(rootfs).finally(() => removeTree(rootfs));
  }

  for (const [file, component] of [
    ['usr/bin/tar', 'dpkg/tar'],
    ['usr/lib/x86_64-linux-gnu/libc.so.6', 'dpkg/glibc'],
    ['etc/hostname', 'layah/unclaimed'],
  ] as const) {
    testWith(needs, `one changes when a byte of /${file} does`, async () => {
      const changed = await changedBy(async (rootfs) => changeByte(join(rootfs, file)));
      expect(changed).toHaveLength(1);
      expect(changed[0]?.split(',')).toContain(component);
    });
  }

  testWith(needs, 'none changes when the mtimes of all directories do', async () => {
    const touch = 'find "$0" -depth -type d -exec touch {} +';
    expect(await changedBy(async (rootfs) => run('sh', ['-c', touch, rootfs]))).toEqual([]);
  });

  /*
   * dpkg gives files the times that the .deb has, which are at most those of its changelog, so they are the same
   * after a reinstallation and no clamp touches them (a .pyc that records its source's time stays valid). New times are
   * those of what dpkg and maintainer scripts write (lists, alternatives, caches): they are above the clamp before and
   * after. What changes in content is the state of the package manager (logs, status-old), which has the last layer
   * to itself.
   */
  testWith(
    [...needs, 'dpkg-query', 'chroot'],
    'none changes when packages are reinstalled, but that of logs and backups, nor that when their content is put back',
    async () => {
      const rootfs = await copyOf(debian);
      await reinstall(rootfs);
      expect(await changedIn(rootfs)).toEqual([[...before.keys()].at(-1)]);
      const putBack = await putBackContent(debian, rootfs);
      expect(putBack).toContain('var/log/dpkg.log');
      expect(await changedIn(rootfs)).toEqual([]);
      await removeTree(rootfs);
    },
  );

  /*
   * Programs that do not keep times (COPY, a tarball made by hand) give every file of a package the time of the
   * build, which is above the clamp, whenever that is. Only between a time below the clamp and one above it is there a
   * difference: a layer could hide it only by raising times, and a promise is that they are never raised.
   */
  testWith(
    needs,
    'none changes when all files of packages come with one or with another new time',
    async () => {
      const newer = async (seconds: number): Promise<Layers> => {
        const rootfs = await copyOf(debian);
        for (const name of ['tar', 'coreutils', 'perl-base']) await setTimes(rootfs, name, seconds);
        const layers = await layersOf(rootfs);
        await removeTree(rootfs);
        return layers;
      };
      const [once, again] = [await newer(epochSeconds + 1), await newer(epochSeconds + 2 * DAY_SECONDS)];
      expect(again).toEqual(once);
      expect(once).not.toEqual(before);
    },
  );
});

const DAY_SECONDS = 86_400;

async function copyOf(rootfs: string): Promise<string> {
  const copy = join(await mkdtemp(join(inject('runDirectory'), 'stability-')), 'rootfs');
  await run('cp', ['-a', '--reflink=auto', rootfs, copy]);
  return copy;
}

async function changeByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: 1 });
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, 1);
  await file.close();
}

const REINSTALLED = ['bash', 'libc-bin', 'tzdata', 'perl-base'];

async function reinstall(rootfs: string): Promise<void> {
  const script = fileURLToPath(new URL('repack-deb.sh', import.meta.url));
  const packages = REINSTALLED.map((name) => `/${name}.deb`);
  for (const name of REINSTALLED) await run('bash', [script, rootfs, name, join(rootfs, `${name}.deb`)]);
  await run('chroot', [rootfs, 'dpkg', '-i', ...packages]);
  await run(
    'rm',
    packages.map((path) => join(rootfs, path)),
  );
}

/** Gives every file the content that it had, and only the content. @returns the paths of those that differed. */
async function putBackContent(original: string, rootfs: string): Promise<string[]> {
  const paths = (await run('find', [original, '-type', 'f', '-printf', '%P\\n'])).split('\n');
  const different: string[] = [];
  for (const path of paths) {
    const content = await readFile(join(original, path));
    if (content.equals(await readFile(join(rootfs, path)))) continue;
    await writeFile(join(rootfs, path), content);
    different.push(path);
  }
  return different;
}

async function setTimes(rootfs: string, packageName: string, seconds: number): Promise<void> {
  const list = join(rootfs, `var/lib/dpkg/info/${packageName}.list`);
  for (const path of (await readFile(list, 'utf8')).split('\n')) {
    await lutimes(join(rootfs, path), seconds, seconds);
  }
}
