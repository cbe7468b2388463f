import { mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, repositoryDirectory, run } from './layah.ts';
import { cacheDirectory, makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';

describe('the build of a Debian tree after one of its packages has changed', () => {
  const needs = ['root', 'debootstrap'];
  let directory = '';
  let debian = '';
  let first = '';

  beforeAll(async () => {
    if (!haveAll(needs)) return;
    directory = await mkdtemp(join(inject('runDirectory'), 'next-build-'));
    debian = await makeRootfs('debian');
    first = await build(debian, 'first');
  });

  async function build(rootfs: string, name: string, ...flags: string[]): Promise<string> {
    const archive = join(directory, `${name}.ociarchive`);
    const settings = ['--source-date-epoch', '2000000000', '--max-layers', '16', '-q'];
    await layahOrFail(['build', '--rootfs', rootfs, '-o', archive, ...settings, ...flags]);
    return archive;
  }

  testWith(needs, 'has the layers that do not hold it, as they were', async () => {
    const changed = join(directory, 'rootfs');
    await run('cp', ['-a', '--reflink=auto', debian, changed]);
    const program = join(changed, 'usr/bin/tar');
    await writeFile(program, Buffer.concat([await readFile(program), Buffer.from('more')]));
    await utimes(program, 1_500_000_000, 1_500_000_000);

    const second = await build(changed, 'second', '--previous', first);
    const before = await layersOf(first);
    const untouched = before.filter(({ names }) => !names.includes('dpkg/tar'));
    expect(untouched).toHaveLength(before.length - 1);
    expect(await layersOf(second)).toEqual(expect.arrayContaining(untouched));
    await layahOrFail(['verify', second, '--rootfs', changed]);
  });

  testWith(needs, 'has the same bytes when nothing has changed', async () => {
    const same = await build(debian, 'same', '--previous', first);
    expect((await readFile(same)).equals(await readFile(first))).toBe(true);
  });
});

interface Layer {
  readonly digest: string;
  readonly names: readonly string[];
}

async function layersOf(archive: string): Promise<Layer[]> {
  const { layers } = await readManifest(archive);
  return layers.map(({ digest, annotations }) => ({
    digest,
    names: (annotations?.['org.layah.component'] ?? '').split(','),
  }));
}

interface Row {
  readonly imageMegabytes: number;
  readonly pulledMegabytes: number;
}

describe('what a client pulls of a Debian image after its security updates', () => {
  const needs = ['root', 'debootstrap', 'buildah', 'skopeo', 'docker-registry', 'jq'];

  testWith(needs, 'is little more than what has changed, and less than a layer of a Dockerfile', async () => {
    const { stdout } = await execa('bash', ['bench/next-build.sh', 'python3', 'nginx-light'], {
      cwd: repositoryDirectory,
      env: {
        NEXT_BUILD_LAYERS: '64',
        NEXT_BUILD_BASE: await makeRootfs('debian'),
        NEXT_BUILD_TREES: join(await cacheDirectory(), 'debian-updates'),
      },
      stdin: 'ignore',
    });
    console.log(stdout);
    const rows = parseRows(stdout);
    const pulled = (title: string) => rows.get(title)?.pulledMegabytes ?? Number.NaN;
    const ideal = pulled('layer a component (ideal)');
    expect(ideal).toBeGreaterThan(0);
    expect(pulled('layah --previous, 64 layers')).toBeGreaterThanOrEqual(ideal);
    expect(pulled('layah --previous, 64 layers')).toBeLessThanOrEqual(pulled('layah, 64 layers'));
    expect(pulled('layah --previous, 64 layers')).toBeLessThan(pulled('layer a Dockerfile line'));
  });
});

/** By title; each ends in layers, megabytes of the image, megabytes pulled, ratio to the ideal. */
function parseRows(table: string): Map<string, Row> {
  const rows = table.matchAll(/^(\S.*?) +\d+ +(\d+\.\d) +(\d+\.\d) +\d+\.\d\d$/gm);
  return new Map(
    Array.from(rows, ([, title = '', image, pulled]) => [
      title,
      { imageMegabytes: Number(image), pulledMegabytes: Number(pulled) },
    ]),
  );
}
