import { access, mkdtemp, rm } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { layahMain } from './layah.ts';

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
  return () => rm(directory, { recursive: true, force: true });
}
