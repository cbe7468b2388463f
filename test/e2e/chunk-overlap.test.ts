import { appendFile, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject } from 'vitest';
import { readCasyncIndexes } from './casync-index.ts';
import { layahOrFail, repositoryDirectory, run } from './layah.ts';
import { cacheDirectory, makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';

const NEEDS = ['root', 'debootstrap', 'buildah', 'skopeo'] as const;

/** Layouts with one uncompressed layer, made of the trees of these names. */
const NAMES = ['debian-12', 'debian-12-changed', 'debian-13', 'before', 'after', 'unrelated'] as const;

interface Stats {
  readonly images: readonly { readonly name: string; readonly uniqueBytes: number }[];
  readonly pairs: readonly { readonly left: string; readonly right: string; readonly sharedBytes: number }[];
}

let directory = '';

describe('chunks of Debian trees', () => {
  const layout = (name: string): string => `oci:${join(directory, name)}`;

  beforeAll(async () => {
    if (!haveAll(NEEDS)) return;
    directory = await mkdtemp(join(inject('runDirectory'), 'chunk-overlap-'));
    for (const [name, rootfs] of Object.entries(await makeTrees())) {
      const flags = ['--compression', 'none', '--max-layers', '1', '--source-date-epoch', '2000000000', '-q'];
      await layahOrFail(['build', '--rootfs', rootfs, '-o', layout(name), ...flags]);
    }
  }, 900_000);

  testWith(NEEDS, 'are shared as much as the trees have in common', async () => {
    const store = join(directory, 'store');
    for (const name of NAMES)
      await layahOrFail(['chunk', 'add', layout(name), '--store', store, '--name', name, '-q']);
    console.log(await layahOrFail(['chunk', 'stats', '--store', store]));
    const { images, pairs }: Stats = JSON.parse(
      await layahOrFail(['chunk', 'stats', '--store', store, '--json']),
    );
    const shareOf = (one: string, other: string): number => {
      const pair = pairs.find(
        ({ left, right }) => [left, right].sort().join() === [one, other].sort().join(),
      );
      const size = images.find(({ name }) => name === one)?.uniqueBytes ?? 0;
      return (pair?.sharedBytes ?? 0) / size;
    };
    expect(shareOf('debian-12', 'debian-12-changed')).toBeGreaterThan(0.999);
    expect(shareOf('before', 'after')).toBeGreaterThan(shareOf('debian-12', 'debian-13'));
    expect(shareOf('debian-12', 'debian-13')).toBeGreaterThan(0.02);
    expect(shareOf('debian-12', 'unrelated')).toBeLessThan(0.01);
    const restored = join(directory, 'restored');
    await layahOrFail(['chunk', 'restore', 'after', '--store', store, '-o', `oci:${restored}`, '-q']);
    expect(await layerDigests(`oci:${restored}`)).toEqual(await layerDigests(layout('after')));
    console.log(await layahOrFail(['chunk', 'verify', '--store', store]));
  });

  testWith([...NEEDS, 'casync'], 'save at least as much as those of casync', async () => {
    for (const [one, other] of [
      ['debian-12', 'debian-13'],
      ['before', 'after'],
    ] as const) {
      const indexes: string[] = [];
      for (const name of [one, other]) {
        const index = join(directory, `${name}.caibx`);
        const [digest = ''] = await layerDigests(layout(name));
        const blob = join(directory, name, 'blobs/sha256', digest.slice('sha256:'.length));
        const flags = ['--store', join(directory, 'casync'), '--chunk-size=65536'];
        await run('casync', ['make', ...flags, '--what=blob-index', index, blob]);
        indexes.push(index);
      }
      const theirs = await readCasyncIndexes(indexes);
      const flags = [
        '--strategy',
        'content-defined',
        '--chunk-size',
        '64KiB',
        '--no-filesystem',
        '--json',
        '-q',
      ];
      const [ours] = JSON.parse(
        await layahOrFail(['chunk', 'compare', layout(one), layout(other), ...flags]),
      );
      const { chunkCount, uniqueBytes, chunkBytes } = ours;
      console.log(`${one}, ${other}: ${chunkBytes} bytes in two tars`, {
        casync: theirs,
        layah: { chunkCount, uniqueBytes },
      });
      expect(uniqueBytes).toBeLessThanOrEqual(theirs.uniqueBytes);
    }
  });

  testWith(NEEDS, 'can be compared by strategy and size', async () => {
    const svg = join(directory, 'chunks.svg');
    const args = [layout('before'), layout('after'), '--chunk-size', '64KiB,256KiB', '--svg', svg];
    const table = await layahOrFail(['chunk', 'compare', ...args]);
    console.log(table);
    expect(
      table
        .trim()
        .split('\n')
        .filter((line) => /^(?:fixed|file|content)-/.test(line)),
    ).toHaveLength(5);
    expect(await readFile(svg, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});

async function makeTrees(): Promise<Record<(typeof NAMES)[number], string>> {
  const cache = await cacheDirectory();
  const debian = await makeRootfs('debian');
  const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  await run('bash', [script('debian-rootfs.sh'), join(cache, 'debian-trixie'), 'trixie']);
  const updates = join(cache, 'debian-updates');
  await run('bash', [script('updates-rootfs.sh'), updates, debian, 'python3', 'nginx-light']);
  const changed = join(directory, 'changed-tree');
  await run('cp', ['-a', '--reflink=auto', debian, changed]);
  await appendFile(join(changed, 'usr/bin/tar'), 'more');
  return {
    'debian-12': debian,
    'debian-12-changed': changed,
    'debian-13': join(cache, 'debian-trixie'),
    before: join(updates, 'before'),
    after: join(updates, 'after'),
    unrelated: join(repositoryDirectory, 'node_modules/zod'),
  };
}

async function layerDigests(image: string): Promise<string[]> {
  const { Layers } = JSON.parse(await run('skopeo', ['inspect', image]));
  return Layers;
}
