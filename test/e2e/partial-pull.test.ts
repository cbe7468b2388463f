import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { layahOrFail, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { testWith } from './needs.ts';
import { REGISTRY_PROGRAM, servedBlobBytes, withRegistryServer } from './registry-server.ts';

/** Storage of its own that asks for the missing files of an eStargz layer only (containers-storage.conf(5)). */
async function makeStorage(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'storage.conf');
  await writeFile(
    path,
    `[storage]
driver = "overlay"
graphroot = "${directory}/storage"
runroot = "${directory}/run"
[storage.options]
pull_options = {enable_partial_images = "true", insecure_allow_unpredictable_image_contents = "true"}
[storage.options.overlay]
skip_mount_home = "true"
`,
  );
  return path;
}

describe('podman with enable_partial_images', () => {
  testWith(
    ['root', 'debootstrap', 'podman', REGISTRY_PROGRAM],
    'pulls of an updated layer only the files that it does not have',
    async () => {
      const directory = join(inject('runDirectory'), 'partial');
      const storage = await makeStorage(directory);
      const rootfs = join(directory, 'rootfs');
      await run('cp', ['-a', await makeRootfs('debian'), rootfs]);
      await withRegistryServer({ directory: join(directory, 'registry') }, async (registry) => {
        const pull = async (tag: string) => {
          const reference = `${registry.host}/app:${tag}`;
          const output = ['-o', `docker://${reference}`, '--tls-verify=false'];
          await layahOrFail(['build', '--rootfs', rootfs, '--max-layers', '2', ...output]);
          const before = servedBlobBytes(await registry.requests());
          await run('env', [
            `CONTAINERS_STORAGE_CONF=${storage}`,
            'podman',
            'pull',
            '-q',
            '--tls-verify=false',
            reference,
          ]);
          return servedBlobBytes(await registry.requests()) - before;
        };
        const first = await pull('1');
        await writeFile(join(rootfs, 'usr/bin/updated'), 'x'.repeat(100_000));
        await writeFile(join(rootfs, 'usr/share/doc/bash/changelog.Debian.gz'), 'new');
        const second = await pull('2');
        console.log(`first pull ${first} bytes of blobs, that of the update ${second}`);
        expect(second).toBeLessThan(first / 10);
      });
    },
  );
});
