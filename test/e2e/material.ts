import { existsSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { makeFidelityTree } from './fidelity-cases.ts';
import { layahOrFail, run } from './layah.ts';

/** A root filesystem and the image that `layah build` made of it in this run. */
export interface Material {
  readonly rootfs: string;
  readonly archive: string;
  readonly tag: string;
}

type RootfsName = 'debian' | 'rpm' | 'fidelity';

export async function material(name: RootfsName): Promise<Material> {
  const rootfs = await makeRootfs(name);
  const archive = join(inject('runDirectory'), `${name}.ociarchive`);
  const tag = `localhost/layah-e2e-${name}:latest`;
  if (!existsSync(archive)) await buildImage({ rootfs, archive, tag }, FLAGS[name]);
  return { rootfs, archive, tag };
}

const FLAGS: Readonly<Record<RootfsName, readonly string[]>> = {
  debian: [],
  rpm: [],
  // The year 2445, so that the mtimes of this tree stay as they are.
  fidelity: ['--source-date-epoch', '15000000000'],
};

/** Debian is kept between runs, since it is downloaded. Needs root and what makes it. */
export async function makeRootfs(name: RootfsName): Promise<string> {
  const directory = name === 'debian' ? await cacheDirectory() : inject('runDirectory');
  const rootfs = join(directory, name === 'debian' ? 'debian-bookworm' : `${name}-rootfs`);
  if (existsSync(rootfs)) return rootfs;
  const script = fileURLToPath(new URL(`${name}-rootfs.sh`, import.meta.url));
  if (name === 'fidelity') makeFidelityTree(rootfs);
  else await run('bash', [script, rootfs]);
  return rootfs;
}

export async function cacheDirectory(): Promise<string> {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const directory = join(base, 'layah', 'e2e');
  await mkdir(directory, { recursive: true });
  return directory;
}

const RUNTIME_CONFIG = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  Cmd: ['/bin/sh'],
  Labels: { 'org.example.purpose': 'test' },
};

async function buildImage({ rootfs, archive, tag }: Material, flags: readonly string[]): Promise<void> {
  const started = performance.now();
  const input = ['--rootfs', rootfs, '--config-str', JSON.stringify(RUNTIME_CONFIG), ...flags];
  const output = await layahOrFail([
    'build',
    ...input,
    '-t',
    tag,
    '-v',
    '-o',
    `oci-archive:${archive}.building`,
  ]);
  await rename(`${archive}.building`, archive);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { size } = await stat(archive);
  console.log(`${output}\nlayah build ${rootfs}: ${size} bytes, ${seconds} s`);
}
