import { expect } from 'vitest';
import { z } from 'zod';
import { run } from './layah.ts';
import { CONTAINERS_STORAGE, expectSameTree } from './trees.ts';

const imageConfig = z.looseObject({
  config: z.record(z.string(), z.unknown()).optional(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()) }),
});

/** Of the container in which the last step was run; Docker's format has them. */
const CONTAINER_MEMBERS = new Set(['Hostname', 'Image']);

/** The members of a runtime config that say something; Docker's format writes the others too. */
export async function runtimeConfig(image: string): Promise<Record<string, unknown>> {
  const { config = {} } = await readConfig(image);
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) => !CONTAINER_MEMBERS.has(key) && saysSomething(value)),
  );
}

export async function layerCount(image: string): Promise<number> {
  return (await readConfig(image)).rootfs.diff_ids.length;
}

export async function manifestDigest(image: string): Promise<string> {
  return run('skopeo', ['inspect', '--format', '{{.Digest}}', image]);
}

/** Both images are podman's. */
export async function expectSameImage(source: string, result: string): Promise<void> {
  expect(await runtimeConfig(`containers-storage:${result}`)).toEqual(
    await runtimeConfig(`containers-storage:${source}`),
  );
  await withMounted(source, async (sourceTree) => {
    await withMounted(result, async (resultTree) => {
      console.log(`${result}: ${await expectSameTree(sourceTree, resultTree, CONTAINERS_STORAGE)}`);
    });
  });
}

export async function withMounted(image: string, use: (directory: string) => Promise<void>): Promise<void> {
  const directory = (await run('podman', ['image', 'mount', image])).trim();
  try {
    await use(directory);
  } finally {
    await run('podman', ['image', 'unmount', image]);
  }
}

function saysSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== '' && value !== false;
}

async function readConfig(image: string): Promise<z.infer<typeof imageConfig>> {
  return imageConfig.parse(JSON.parse(await run('skopeo', ['inspect', '--config', '--raw', image])));
}
