import { existsSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { layahOrFail, run } from './layah.ts';

/** A root filesystem and the image that `layah build` made of it in this run. */
export interface Material {
  readonly rootfs: string;
  readonly archive: string;
  readonly tag: string;
}

type RootfsName = 'debian' | 'rpm' | 'odd';

export async function material(name: RootfsName): Promise<Material> {
  const rootfs = await makeRootfs(name);
  const archive = join(inject('runDirectory'), `${name}.ociarchive`);
  const tag = `localhost/layah-e2e-${name}:latest`;
  if (!existsSync(archive)) await buildImage(rootfs, archive, tag);
  return { rootfs, archive, tag };
}

/** Debian is kept between runs, since it is downloaded. Needs root, debootstrap or rpmbuild. */
export async function makeRootfs(name: RootfsName): Promise<string> {
  const directory = name === 'debian' ? await cacheDirectory() : inject('runDirectory');
  const rootfs = join(directory, name === 'debian' ? 'debian-bookworm' : `${name}-rootfs`);
  const script = fileURLToPath(new URL(`${name}-rootfs.sh`, import.meta.url));
  if (!existsSync(rootfs)) await run('bash', [script, rootfs]);
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

async function buildImage(rootfs: string, archive: string, tag: string): Promise<void> {
  const started = performance.now();
  const input = ['--rootfs', rootfs, '--config-str', JSON.stringify(RUNTIME_CONFIG)];
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
