import { readFileSync } from 'node:fs';
import { cp, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject } from 'vitest';
import { buildWithReport, shareOf, sourceTable, type BuildReport } from './build-report.ts';
import { layahOrFail, run } from './layah.ts';
import { testWith } from './needs.ts';

async function makeTree(name: 'python' | 'node'): Promise<string> {
  const rootfs = join(inject('runDirectory'), `${name}-rootfs`);
  await run('bash', [fileURLToPath(new URL(`${name}-rootfs.sh`, import.meta.url)), rootfs]);
  return rootfs;
}

/** Gives every regular file another time, as installing it again would. */
async function touchFiles(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    await utimes(join(entry.parentPath, entry.name), 2_000_000_000, 2_000_000_000);
  }
}

describe('a Python application in a virtual environment', () => {
  testWith(['python3'], 'is split by its distributions, and less than 2 % of it is unclaimed', async () => {
    const rootfs = await makeTree('python');
    const built = await buildWithReport(rootfs, '--exclusive', 'numpy');
    console.log(`a Python application\n${sourceTable(built)}`);
    expect(shareOf('unclaimed', built)).toBeLessThan(0.02);
    expect(shareOf('python', built)).toBeGreaterThan(0.98);
    const alone = built.layers.filter(({ componentNames }) => componentNames.includes('python/numpy'));
    expect(alone.map(({ componentNames }) => componentNames)).toEqual([['python/numpy']]);
    await layahOrFail(['verify', built.archive, '--rootfs', rootfs]);
  });
});

describe('a Node application after npm ci', () => {
  testWith(['npm'], 'is split by its packages, and less than 2 % of it is unclaimed', async () => {
    const rootfs = await makeTree('node');
    const built = await buildWithReport(rootfs);
    console.log(`a Node application\n${sourceTable(built)}`);
    expect(shareOf('unclaimed', built)).toBeLessThan(0.02);
    expect(shareOf('node', built)).toBeGreaterThan(0.98);
    const lock = JSON.parse(readFileSync(join(rootfs, 'srv/jobs/node_modules/.package-lock.json'), 'utf8'));
    const names = built.layers.flatMap(({ componentNames }) => componentNames);
    expect(Object.keys(lock.packages)).toEqual(['node_modules/lodash', 'node_modules/semver']);
    expect(names).toEqual(expect.arrayContaining(['node/lodash', 'node/srv/jobs/node_modules/semver']));
    await layahOrFail(['verify', built.archive, '--rootfs', rootfs]);
  });

  testWith(['npm'], 'has the same package layers when it is installed again later', async () => {
    const rootfs = await makeTree('node');
    const again = `${rootfs}-again`;
    await cp(rootfs, again, { recursive: true, verbatimSymlinks: true });
    await touchFiles(again);
    const later = ['--source-date-epoch', '2100000000'];
    const [before, after] = [await buildWithReport(rootfs, ...later), await buildWithReport(again, ...later)];
    const digestsOf = ({ layers }: BuildReport): string[] =>
      layers
        .filter(({ componentNames }) => componentNames.every((name) => /^node\/[^.]/.test(name)))
        .map(({ blob }) => blob.digest);
    expect(digestsOf(before).length).toBeGreaterThan(20);
    expect(digestsOf(after)).toEqual(digestsOf(before));
  });
});
