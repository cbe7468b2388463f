/* What a whole build makes of hostile trees; hostile-databases.test.ts has every place in every shape, without a build. */
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { HOSTILE_PLACES } from './hostile-places.ts';
import { HOSTILE_SIZES } from './hostile-sizes.ts';
import type { HostileTree } from './hostile-tree.ts';
import { layahOrFail } from './layah.ts';
import { measureBuild } from './measured-build.ts';
import { testWith } from './needs.ts';
import { removeTree } from './run-directory.ts';

const GIBIBYTE = 2 ** 30;

async function expectHarmless(tree: HostileTree): Promise<void> {
  const base = await mkdtemp(join(inject('runDirectory'), 'hostile-'));
  const rootfs = join(base, 'rootfs');
  mkdirSync(rootfs);
  tree.make(rootfs);
  const built = await measureBuild(base, '--compression', 'none', ...(tree.flags ?? []));
  console.log(`${tree.what}: ${Math.round(built.peakBytes / 1e6)} MB, ${built.cpuSeconds} CPU seconds`);
  expect(built.exitCode, built.stderr).toBe(tree.exitCode);
  expect(built.stderr).toMatch(tree.says ?? /^/);
  // No stack trace, and nothing at length.
  expect(built.stderr).not.toMatch(/^\s+at /m);
  expect(built.stderr.length).toBeLessThan(20_000);
  expect(built.peakBytes).toBeLessThan(GIBIBYTE);
  expect(existsSync(join(base, 'broken'))).toBe(false);
  if (tree.exitCode === 0 && tree.flags === undefined)
    await layahOrFail(['verify', built.archive, '--rootfs', rootfs]);
  await removeTree(base);
}

describe('a build neither reads outside of the tree, hangs, nor takes 1 GiB, given', () => {
  for (const tree of [...HOSTILE_PLACES, ...HOSTILE_SIZES]) {
    testWith(['root', 'python3', 'rpm', 'mkfifo', 'mknod'], tree.what, async () => expectHarmless(tree));
  }
});
