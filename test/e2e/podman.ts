import { run } from './layah.ts';
import type { Material } from './material.ts';
import { CONTAINERS_STORAGE, expectSameTree, type Tolerance } from './trees.ts';

/** Runs `use` while podman has the image; `storage` are podman's global flags, none for its default storage. */
export async function withLoadedImage(
  { archive, tag }: Pick<Material, 'archive' | 'tag'>,
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

export interface MountedImage {
  readonly directory: string;
  /** Removes the image from podman, too. */
  readonly unmount: () => Promise<void>;
}

/** Loads the image and mounts it read-only; `storage` as above. */
export async function mountImage(
  { archive, tag }: Pick<Material, 'archive' | 'tag'>,
  storage: readonly string[],
): Promise<MountedImage> {
  const podman = async (...args: string[]) => run('podman', [...storage, ...args]);
  await podman('load', '-q', '-i', archive);
  return {
    directory: (await podman('image', 'mount', tag)).trim(),
    async unmount() {
      await podman('image', 'unmount', tag);
      await podman('rmi', '-f', tag);
    },
  };
}

/** Loads the image, mounts it and compares the mounted tree with the root filesystem. */
export async function compareMounted(
  image: Material,
  storage: readonly string[] = [],
  tolerances: readonly Tolerance[] = [],
): Promise<void> {
  const { directory, unmount } = await mountImage(image, storage);
  try {
    const summary = await expectSameTree(image.rootfs, directory, [...CONTAINERS_STORAGE, ...tolerances]);
    console.log(`podman image mount: ${summary}`);
  } finally {
    await unmount();
  }
}
