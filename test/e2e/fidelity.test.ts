import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { type ArchivedManifest, readManifest } from './archive.ts';
import { openTree, type Tree } from './fidelity-case.ts';
import { fidelityCases } from './fidelity-cases.ts';
import { layahOrFail } from './layah.ts';
import { material, type Material } from './material.ts';
import { isThere, testWith } from './needs.ts';
import { compareMounted, type MountedImage, mountImage } from './podman.ts';
import { removeTree } from './run-directory.ts';
import { CONTAINERS_STORAGE, expectSameTree, PLAIN_TAR } from './trees.ts';
import { compareUnpackedByUmoci, untarLayers } from './unpack.ts';

const toMake = ['root', 'setfattr', 'setfacl', 'setcap', 'python3'];
const toMount = [...toMake, 'podman'];

/**
 * podman unpacks through the absolute path of its storage, which takes 107 bytes in /var/lib/containers: of paths
 * of 4,000 bytes it can make only those below a shorter one.
 */
async function shortStorage(): Promise<string> {
  return mkdtemp('/var/tmp/');
}

describe('one of everything, in one image', () => {
  let mounted: MountedImage | undefined;
  let storage = '';
  let untarred = '';
  const trees: Tree[] = [];

  beforeAll(async () => {
    if (!toMount.every(isThere)) return;
    const { rootfs, archive, tag } = await material('fidelity');
    storage = await shortStorage();
    mounted = await mountImage({ archive, tag }, [`--root=${storage}`, `--runroot=${storage}/run`]);
    untarred = join(inject('runDirectory'), 'fidelity-untarred');
    await untarLayers(archive, untarred);
    trees.push(openTree(rootfs, 'input'), openTree(mounted.directory, 'podman'), openTree(untarred, 'tar'));
  });

  afterAll(async () => {
    for (const tree of trees) tree.close();
    await mounted?.unmount();
    if (storage !== '') await removeTree(storage);
  });

  for (const { title, expectation } of fidelityCases) {
    testWith(toMount, title, () => {
      expect(trees).toHaveLength(3);
      for (const tree of trees) expectation(tree);
    });
  }

  testWith(toMount, 'and nothing else, where podman mounts it', async () => {
    const { rootfs } = await material('fidelity');
    console.log(await expectSameTree(rootfs, mounted?.directory ?? '', CONTAINERS_STORAGE));
  });

  testWith(toMount, 'and nothing else, where GNU tar extracts it', async () => {
    const { rootfs } = await material('fidelity');
    console.log(await expectSameTree(rootfs, untarred, PLAIN_TAR));
  });
});

describe('the image of a tree with one of everything', () => {
  testWith(toMake, 'is equal to the root filesystem by layah verify', async () => {
    const { archive, rootfs } = await material('fidelity');
    console.log(await layahOrFail(['verify', archive, '--rootfs', rootfs]));
  });

  testWith(toMake, 'has two plain layers for all that a TOC cannot carry, and else eStargz', async () => {
    const { layers } = await readManifest((await material('fidelity')).archive);
    const plain = layers.map(componentsIfPlain).filter((names) => names !== undefined);
    expect(plain).toEqual(['layah/not-utf8', 'layah/reserved']);
    expect(layers.length).toBeGreaterThan(8);
  });
});

describe('the image of the same tree without its 100,000 entries, which take these tools minutes', () => {
  const smaller = async (...flags: string[]): Promise<Material> => {
    const { rootfs } = await material('fidelity');
    const archive = join(inject('runDirectory'), 'fidelity-smaller.ociarchive');
    const tag = 'localhost/layah-e2e-fidelity-smaller:latest';
    const common = ['--prune', '/many', '--source-date-epoch', '15000000000', '-t', tag, '-q'];
    await layahOrFail(['build', '--rootfs', rootfs, '-o', `oci-archive:${archive}`, ...common, ...flags]);
    return { rootfs, archive, tag };
  };

  testWith(
    toMake,
    'has a layer for each component that a TOC cannot carry, however few layers it has',
    async () => {
      const { layers } = await readManifest((await smaller('--max-layers', '3')).archive);
      expect(layers.map(componentsIfPlain)).toEqual(['layah/not-utf8', 'layah/reserved', undefined]);
    },
  );

  testWith([...toMake, 'umoci', 'skopeo'], 'is the same tree when umoci unpacks it', async () => {
    await compareUnpackedByUmoci(await smaller(), ['--without=many']);
  });

  // Of several layers podman's vfs copies the lower ones into the upper, and loses ACLs and hardlinks of FIFOs there.
  testWith(toMount, 'is the same tree in one layer when podman mounts it from vfs', async () => {
    const storage = await shortStorage();
    const flags = ['--storage-driver=vfs', `--root=${storage}`, `--runroot=${storage}/run`];
    const image = await smaller('--max-layers', '1');
    await compareMounted(image, flags, ['--without=many']).finally(() => removeTree(storage));
  });
});

/** Undefined for a layer that says that it has a TOC. */
function componentsIfPlain({ annotations = {} }: ArchivedManifest['layers'][number]): string | undefined {
  const isPlain = annotations['containerd.io/snapshot/stargz/toc.digest'] === undefined;
  return isPlain ? annotations['org.layah.component'] : undefined;
}
