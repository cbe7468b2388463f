import { access, mkdtemp, readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { layahMain, run } from './layah.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the test files of one run share what they build; removed at the end. */
    runDirectory: string;
  }
}

/** Vitest's globalSetup. The directory is on disk and not in /tmp, which may be a small tmpfs. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await access(layahMain).catch((cause: unknown) => {
    throw new Error(`${layahMain} is missing; run: npm run build`, { cause });
  });
  const directory = await mkdtemp('/var/tmp/layah-e2e-');
  project.provide('runDirectory', directory);
  return async () => {
    await unmountBelow(directory);
    await removeTree(directory);
  };
}

/** buildah leaves stages mounted that another stage has mounted. */
async function unmountBelow(directory: string): Promise<void> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  const places = lines.map((line) => line.split(' ')[1] ?? '');
  for (const place of places.filter((path) => path.startsWith(`${directory}/`)).toReversed()) {
    await run('umount', [place]);
  }
}

/** With rm, because node:fs cannot remove what is deeper than a path can say. */
export async function removeTree(directory: string): Promise<void> {
  await run('rm', ['-rf', directory]);
}
