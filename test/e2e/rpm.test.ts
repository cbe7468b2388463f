import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, run } from './layah.ts';
import { material } from './material.ts';
import { testWith } from './needs.ts';
import { compareMounted, withLoadedImage } from './podman.ts';
import { compareUnpackedByTar } from './unpack.ts';

const needs = ['root', 'rpm', 'rpmbuild'];

describe('a root filesystem with an rpm database', () => {
  testWith(needs, 'builds, and verify finds it equal to the root filesystem', async () => {
    const { archive, rootfs } = await material('rpm');
    console.log(await layahOrFail(['verify', archive, '--rootfs', rootfs]));
  });

  testWith(needs, 'has one component for each source package, not for each binary package', async () => {
    const { layers } = await readManifest((await material('rpm')).archive);
    const names = layers.flatMap(({ annotations }) =>
      (annotations?.['org.layah.component'] ?? '').split(','),
    );
    expect(names.filter((name) => /^rpm\/(alpha|beta|gamma)/.test(name)).sort()).toEqual([
      'rpm/alpha',
      'rpm/beta',
      'rpm/gamma',
    ]);
  });

  testWith([...needs, 'mount', 'umount'], 'has the same image when it is mounted read-only', async () => {
    const { archive, rootfs } = await material('rpm');
    const base = await mkdtemp(join(inject('runDirectory'), 'read-only-'));
    const [mounted, again] = [join(base, 'rootfs'), join(base, 'image.ociarchive')];
    await mkdir(mounted);
    await run('mount', ['-o', 'bind,ro', rootfs, mounted]);
    try {
      await expect(writeFile(join(mounted, 'new'), '')).rejects.toMatchObject({ code: 'EROFS' });
      await layahOrFail(['build', '--rootfs', mounted, '-o', again]);
    } finally {
      await run('umount', [mounted]);
    }
    const digestsOf = async (path: string): Promise<string[]> =>
      (await readManifest(path)).layers.map(({ digest }) => digest);
    expect(await digestsOf(again)).toEqual(await digestsOf(archive));
  });

  testWith([...needs, 'podman'], 'runs a packaged program under podman', async () => {
    const image = await material('rpm');
    await withLoadedImage(image, [], async (podman) => {
      const output = await podman('run', '--rm', '--network=none', image.tag, '/usr/bin/alpha-link');
      expect(output.split('\n')).toContain('alpha');
    });
  });

  testWith([...needs, 'podman'], 'is the same tree when podman mounts it', async () => {
    await compareMounted(await material('rpm'));
  });

  testWith(needs, 'is the same tree when tar extracts its layers in order', async () => {
    await compareUnpackedByTar(await material('rpm'));
  });
});
