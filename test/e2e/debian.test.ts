import { describe, expect } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail } from './layah.ts';
import { material } from './material.ts';
import { testWith } from './needs.ts';
import { compareMounted, withLoadedImage } from './podman.ts';
import { compareUnpackedByTar, compareUnpackedByUmoci } from './unpack.ts';

describe('a Debian root filesystem made by debootstrap', () => {
  testWith(['root', 'debootstrap'], 'builds, and verify finds it equal to the root filesystem', async () => {
    const { archive, rootfs } = await material('debian');
    console.log(await layahOrFail(['verify', archive, '--rootfs', rootfs]));
  });

  testWith(['root', 'debootstrap'], 'has a layer for every big source package', async () => {
    const { layers } = await readManifest((await material('debian')).archive);
    const names = layers.map(({ annotations }) => annotations?.['org.layah.component'] ?? '').join(',');
    expect(layers.length).toBeLessThanOrEqual(64);
    expect(names.split(',')).toEqual(
      expect.arrayContaining(['dpkg/glibc', 'dpkg/coreutils', 'dpkg/perl', 'dpkg/bash']),
    );
  });

  testWith(['root', 'debootstrap', 'podman'], 'runs its shell and its programs under podman', async () => {
    const image = await material('debian');
    await withLoadedImage(image, [], async (podman) => {
      const script =
        '. /etc/os-release && echo "$ID $VERSION_ID" && dpkg-query -W bash && perl -e "print 6*7"';
      const output = await podman('run', '--rm', '--network=none', image.tag, '/bin/sh', '-c', script);
      expect(output).toMatch(/^debian 12\nbash\t5\S+\n42$/m);
    });
  });

  testWith(['root', 'debootstrap', 'podman'], 'is the same tree when podman mounts it', async () => {
    await compareMounted(await material('debian'));
  });

  testWith(['root', 'debootstrap', 'umoci', 'skopeo'], 'is the same tree when umoci unpacks it', async () => {
    await compareUnpackedByUmoci(await material('debian'));
  });

  testWith(['root', 'debootstrap'], 'is the same tree when tar extracts its layers in order', async () => {
    await compareUnpackedByTar(await material('debian'));
  });
});
