import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject } from 'vitest';
import { buildWithReport, shareOf, sourceTable } from './build-report.ts';
import { layahOrFail, run } from './layah.ts';
import { cacheDirectory } from './material.ts';
import { testWith, type Need } from './needs.ts';
import { withLoadedImage } from './podman.ts';

interface RealTree {
  readonly what: string;
  readonly needs: readonly Need[];
  readonly script: string;
  readonly arguments?: readonly string[];
  /** What is downloaded at length is kept between runs. */
  readonly cachedAs?: string;
  readonly componentNames: readonly string[];
  /** The highest share of content bytes that nobody claims. */
  readonly unclaimedShare: number;
}

const TREES: readonly RealTree[] = [
  {
    what: 'Debian 12',
    needs: ['debootstrap'],
    script: 'debian-rootfs.sh',
    cachedAs: 'debian-bookworm',
    componentNames: ['dpkg/glibc', 'dpkg/perl', 'dpkg/database'],
    unclaimedShare: 0.02,
  },
  {
    what: 'Debian 13',
    needs: ['debootstrap'],
    script: 'debian-rootfs.sh',
    arguments: ['trixie'],
    cachedAs: 'debian-trixie',
    componentNames: ['dpkg/glibc', 'dpkg/coreutils', 'dpkg/database'],
    unclaimedShare: 0.02,
  },
  {
    what: 'a distroless layout of Debian packages',
    needs: ['apt-get'],
    script: 'distroless-rootfs.sh',
    componentNames: ['dpkg/glibc', 'dpkg/tzdata', 'dpkg/busybox', 'dpkg/ca-certificates'],
    unclaimedShare: 0.02,
  },
  {
    what: 'an rpm tree',
    needs: ['rpmbuild'],
    script: 'rpm-rootfs.sh',
    componentNames: ['rpm/database'],
    // Its shell and libraries come from this machine, not from an rpm.
    unclaimedShare: 0.1,
  },
  {
    what: 'a pacman tree',
    needs: ['pacman', 'bsdtar'],
    script: 'alpm-rootfs.sh',
    componentNames: ['alpm/database'],
    unclaimedShare: 0.02,
  },
  {
    what: 'a tree in the layout of Alpine',
    needs: ['apt-get', 'python3'],
    script: 'apk-rootfs.sh',
    componentNames: ['apk/busybox', 'apk/musl', 'apk/database'],
    unclaimedShare: 0.02,
  },
];

async function makeTree(tree: RealTree): Promise<string> {
  const directory = tree.cachedAs === undefined ? inject('runDirectory') : await cacheDirectory();
  const rootfs = join(directory, tree.cachedAs ?? `real-${tree.script.replace('.sh', '')}`);
  const script = fileURLToPath(new URL(tree.script, import.meta.url));
  await run('bash', [script, rootfs, ...(tree.arguments ?? [])]);
  return rootfs;
}

describe('a real tree', () => {
  for (const tree of TREES) {
    testWith(['root', ...tree.needs], `is split by its own packages: ${tree.what}`, async () => {
      const rootfs = await makeTree(tree);
      const built = await buildWithReport(rootfs, '--max-layers', '500');
      const unclaimed = shareOf('unclaimed', built);
      console.log(`${tree.what}\n${sourceTable(built)}\nunclaimed: ${(unclaimed * 100).toFixed(3)} %`);
      expect(built.layers.flatMap(({ componentNames }) => componentNames)).toEqual(
        expect.arrayContaining([...tree.componentNames]),
      );
      expect(unclaimed).toBeLessThan(tree.unclaimedShare);
      await layahOrFail(['verify', built.archive, '--rootfs', rootfs]);
    });
  }

  for (const script of ['alpm-rootfs.sh', 'apk-rootfs.sh']) {
    const tree = TREES.find((candidate) => candidate.script === script);
    testWith(
      ['root', 'podman', ...(tree?.needs ?? [])],
      `runs under podman: ${tree?.what ?? script}`,
      async () => {
        if (tree === undefined) throw new Error(`no tree is made by ${script}`);
        const rootfs = await makeTree(tree);
        const tag = `localhost/layah-e2e-${script.replace('-rootfs.sh', '')}:latest`;
        const { archive } = await buildWithReport(rootfs, '-t', tag);
        await withLoadedImage({ archive, tag }, [], async (podman) => {
          expect(await podman('run', '--rm', '--network=none', tag, '/usr/bin/example')).toContain('example');
        });
      },
    );
  }
});
