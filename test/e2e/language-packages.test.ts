import { readFileSync } from 'node:fs';
import { cp, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject } from 'vitest';
import { layah, layahOrFail, run } from './layah.ts';
import { testWith } from './needs.ts';

interface Source {
  readonly source: string;
  readonly packageCount?: number;
  readonly componentCount: number;
  readonly sizeBytes: number;
}

interface Layer {
  readonly componentNames: readonly string[];
  readonly blob: { readonly digest: string };
}

interface Built {
  readonly archive: string;
  readonly sources: readonly Source[];
  readonly layers: readonly Layer[];
}

async function makeTree(name: 'python' | 'node'): Promise<string> {
  const rootfs = join(inject('runDirectory'), `${name}-rootfs`);
  await run('bash', [fileURLToPath(new URL(`${name}-rootfs.sh`, import.meta.url)), rootfs]);
  return rootfs;
}

async function build(rootfs: string, ...flags: string[]): Promise<Built> {
  const archive = `${rootfs}.ociarchive`;
  const log = ['-v', '--log-format', 'json', '--progress', 'none'];
  const { exitCode, stderr } = await layah(['build', '--rootfs', rootfs, '-o', archive, ...log, ...flags]);
  expect(exitCode, stderr).toBe(0);
  const summary = stderr
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ message }) => message === 'summary');
  return { archive, sources: summary.sources, layers: summary.layers };
}

function shareOf(source: string, { sources }: Built): number {
  const total = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (sources.find((candidate) => candidate.source === source)?.sizeBytes ?? 0) / total;
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
    const built = await build(rootfs, '--exclusive', 'numpy');
    console.log(built.sources);
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
    const built = await build(rootfs);
    console.log(built.sources);
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
    const [before, after] = [await build(rootfs, ...later), await build(again, ...later)];
    const digestsOf = ({ layers }: Built): string[] =>
      layers
        .filter(({ componentNames }) => componentNames.every((name) => /^node\/[^.]/.test(name)))
        .map(({ blob }) => blob.digest);
    expect(digestsOf(before).length).toBeGreaterThan(20);
    expect(digestsOf(after)).toEqual(digestsOf(before));
  });
});
