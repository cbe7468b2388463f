import { run } from './layah.ts';
import type { Material } from './material.ts';
import { CONTAINERS_STORAGE, expectSameTree } from './trees.ts';

/** Runs `use` while podman has the image; `storage` are podman's global flags, none for its default storage. */
export async function withLoadedImage(
  { archive, tag }: Material,
  storage: readonly string[],
  use: (podman: (...args: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  const podman = async (...args: string[]) => run('podman', [...storage, ...args]);
  await podman('load', '-q', '-i', archive);
  try {
    await use(podman);
  } finally {
    await podman('rmi', '-f', tag);
  }
}

/** Loads the image, mounts it read-only and compares the mounted tree with the root filesystem. */
export async function compareMounted(image: Material, storage: readonly string[] = []): Promise<void> {
  await withLoadedImage(image, storage, async (podman) => {
    const mounted = (await podman('image', 'mount', image.tag)).trim();
    try {
      console.log(`podman image mount: ${await expectSameTree(image.rootfs, mounted, CONTAINERS_STORAGE)}`);
    } finally {
      await podman('image', 'unmount', image.tag);
    }
  });
}
