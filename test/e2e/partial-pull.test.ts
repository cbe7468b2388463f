import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { layahOrFail, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { testWith } from './needs.ts';
import {
  REGISTRY_PROGRAM,
  type RegistryServer,
  servedBlobBytes,
  withRegistryServer,
} from './registry-server.ts';

/**
 * podman 4.3 loses files in about one partial pull of twenty-five, of images from the Go library as well: containers/storage
 * forgets the error of a chunk once a file is open (`storeMissingFiles`), leaves out all that follows and reports success.
 */
const ATTEMPTS = 5;

interface Pulled {
  readonly servedBytes: number;
  /** Of all files and symlinks in the layers of the image, relative to the root. */
  readonly paths: ReadonlySet<string>;
  /** Why podman pulled a layer whole after all. */
  readonly fallbacks: readonly string[];
}

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

async function pull(registry: RegistryServer, storage: string, tag: string): Promise<Pulled> {
  const reference = `${registry.host}/app:${tag}`;
  const podman = (...args: string[]) =>
    run('env', [`CONTAINERS_STORAGE_CONF=${storage}`, 'podman', ...args, reference]);
  const before = servedBlobBytes(await registry.requests());
  const log = await podman('--log-level=debug', 'pull', '--tls-verify=false');
  const servedBytes = servedBlobBytes(await registry.requests()) - before;
  const format = '{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}';
  const layers = (await podman('image', 'inspect', '--format', format)).split(':');
  const paths = new Set((await Promise.all(layers.map(filesBelow))).flat());
  return { servedBytes, paths, fallbacks: log.match(/Failed to retrieve partial blob.*/g) ?? [] };
}

/** Without devices, which podman leaves out of partial pulls. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

/** The regular files and symlinks that images were built from. */
interface Trees {
  readonly original: readonly string[];
  readonly updated: readonly string[];
}

/** Pulls both images into new storage, again where podman lost files. */
async function pullBoth(
  registry: RegistryServer,
  directory: string,
  trees: Trees,
): Promise<[Pulled, Pulled]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const storage = await makeStorage(join(directory, `storage${attempt}`));
    const first = await pull(registry, storage, '1');
    const second = await pull(registry, storage, '2');
    const lost = [...lostPaths(trees.original, first), ...lostPaths(trees.updated, second)];
    console.log(
      `first pull ${first.servedBytes} bytes of blobs, that of the update ${second.servedBytes}; podman lost ${lost.length} files`,
    );
    if (lost.length === 0) return [first, second];
  }
  throw new Error(`podman lost files in each of ${ATTEMPTS} attempts`);
}

function lostPaths(tree: readonly string[], { paths }: Pulled): string[] {
  return tree.filter((path) => !paths.has(path));
}

describe('podman with enable_partial_images', () => {
  testWith(
    ['root', 'debootstrap', 'podman', REGISTRY_PROGRAM],
    'pulls of an updated layer only the files that it does not have',
    async () => {
      const directory = join(inject('runDirectory'), 'partial');
      const rootfs = join(directory, 'rootfs');
      await mkdir(directory, { recursive: true });
      await run('cp', ['-a', await makeRootfs('debian'), rootfs]);
      await withRegistryServer({ directory: join(directory, 'registry') }, async (registry) => {
        const push = async (tag: string) => {
          const output = ['-o', `docker://${registry.host}/app:${tag}`, '--tls-verify=false'];
          await layahOrFail(['build', '--rootfs', rootfs, '--max-layers', '2', ...output]);
          return filesBelow(rootfs);
        };
        const original = await push('1');
        await writeFile(join(rootfs, 'usr/bin/updated'), 'x'.repeat(100_000));
        await writeFile(join(rootfs, 'usr/share/doc/bash/changelog.Debian.gz'), 'new');
        const updated = await push('2');

        const [first, second] = await pullBoth(registry, directory, { original, updated });
        expect(second.fallbacks).toEqual([]);
        expect(second.servedBytes).toBeLessThan(first.servedBytes / 10);
      });
    },
  );
});
