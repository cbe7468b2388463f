import { join } from 'node:path';
import { describe, inject } from 'vitest';
import { layahOrFail } from './layah.ts';
import { material } from './material.ts';
import { testWith } from './needs.ts';
import { compareMounted } from './podman.ts';
import { compareUnpackedByTar, compareUnpackedByUmoci } from './unpack.ts';

const needs = ['root', 'setfattr', 'setfacl', 'setcap'];

describe('a tree with one of everything (hardlinks, xattrs, capabilities, ACLs, devices, odd names, early times)', () => {
  testWith(needs, 'builds, and verify finds it equal to the root filesystem', async () => {
    const { archive, rootfs } = await material('odd');
    console.log(await layahOrFail(['verify', archive, '--rootfs', rootfs]));
  });

  testWith([...needs, 'podman'], 'is the same tree when podman mounts it from overlay', async () => {
    await compareMounted(await material('odd'));
  });

  testWith([...needs, 'podman'], 'is the same tree when podman mounts it from vfs', async () => {
    const storage = join(inject('runDirectory'), 'vfs');
    await compareMounted(await material('odd'), [
      '--storage-driver=vfs',
      `--root=${storage}`,
      `--runroot=${storage}-run`,
    ]);
  });

  testWith([...needs, 'umoci', 'skopeo'], 'is the same tree when umoci unpacks it', async () => {
    await compareUnpackedByUmoci(await material('odd'));
  });

  testWith(needs, 'is the same tree when tar extracts its layers in order', async () => {
    await compareUnpackedByTar(await material('odd'));
  });
});
