import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { z } from 'zod';
import { layahOrFail, run } from './layah.ts';
import { CONTAINERS_STORAGE, expectSameTree, type Tolerance } from './trees.ts';

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

/** The result of a flow, and what it was made of. Both images are podman's. */
export interface Flow {
  readonly source: string;
  readonly result: string;
  /** The image as layah wrote it: `oci:DIR` or `oci-archive:FILE`. */
  readonly written: string;
  /** What the image must do instead of what the source does. */
  readonly expected?: Expected;
}

interface Expected {
  readonly config?: Record<string, unknown>;
  readonly command?: readonly string[];
  readonly prints?: string;
  /** A directory of which only the name is left. */
  readonly emptied?: string;
  /** Layah saw the source in the storage of docker, where the root directory has another mode than in podman's. */
  readonly fromDocker?: boolean;
}

/** What every flow promises: the image runs, its tree and its config are those of the source, its layers verify. */
export async function expectFaithful({ source, result, written, expected = {} }: Flow): Promise<void> {
  const { command = [], emptied } = expected;
  expect(await podmanRun(result, ...command)).toBe(expected.prints ?? (await podmanRun(source, ...command)));
  const config = expected.config ?? (await runtimeConfig(`containers-storage:${source}`));
  expect(await runtimeConfig(`containers-storage:${result}`)).toEqual(config);
  await withMounted(source, async (tree) => {
    const rootfs = expected.fromDocker === true ? [] : ['--rootfs', tree];
    const prune = emptied === undefined ? [] : ['--prune', `/${emptied}/`];
    console.log(await layahOrFail(['verify', '--progress=none', written, ...rootfs, ...prune]));
    const contents = emptied === undefined ? [] : await readdir(join(tree, emptied));
    const without = contents.map((name): Tolerance => `--without=${emptied}/${name}`);
    await withMounted(result, async (resultTree) => {
      const tolerances = [...CONTAINERS_STORAGE, ...without];
      console.log(`${result}: ${await expectSameTree(tree, resultTree, tolerances)}`);
    });
  });
}

/** What the image prints. Without its messages: podman has some of its own where there is no systemd. */
export async function podmanRun(image: string, ...command: readonly string[]): Promise<string> {
  return (await execa('podman', ['run', '--rm', '--network=none', image, ...command])).stdout;
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
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== null && value !== '' && value !== false;
}

async function readConfig(image: string): Promise<z.infer<typeof imageConfig>> {
  return imageConfig.parse(JSON.parse(await run('skopeo', ['inspect', '--config', '--raw', image])));
}
