import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { layahOrFail } from './layah.ts';
import { LAZY_PULL_NEEDS, withLazyPuller } from './lazy-puller.ts';
import { makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';
import { REGISTRY_PROGRAM, servedBlobBytes, withRegistryServer } from './registry-server.ts';

const NEEDS = [...LAZY_PULL_NEEDS, 'debootstrap', REGISTRY_PROGRAM];
const VARIANTS = {
  'min-chunk-size': ['--min-chunk-size', '50000'],
  'external-toc': ['--external-toc'],
  both: ['--min-chunk-size', '50000', '--external-toc'],
} as const;
const LAYERS = 4;

/** One digest of the contents of all files. */
const READ_ALL =
  'cd / && export LC_ALL=C && find usr etc var opt root srv home -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum';

describe('a current stargz-snapshotter pulls lazily and reads files of an image', () => {
  let rootfs: string;
  beforeAll(async () => {
    if (haveAll(NEEDS)) rootfs = await makeRootfs('debian');
  });

  // Each with a containerd of its own: where only the compression differs, it would take the layers that it has.
  for (const [name, flags] of Object.entries(VARIANTS)) {
    testWith(NEEDS, `with ${flags.join(' ')}`, async () => {
      const directory = join(inject('runDirectory'), `lazy-${name}`);
      const there = READ_ALL.replace('cd /', `cd ${rootfs}`);
      const expected = execFileSync('sh', ['-c', there], { encoding: 'utf8' });
      await withRegistryServer({ directory: join(directory, 'registry') }, async (registry) => {
        const reference = `${registry.host}/app:${name}`;
        const output = ['--tls-verify=false', '-o', `docker://${reference}`];
        await layahOrFail(['build', '--rootfs', rootfs, '--max-layers', `${LAYERS}`, ...flags, ...output]);
        await withLazyPuller({ directory: join(directory, 'puller') }, async (puller) => {
          await puller.pull(reference);
          expect(await puller.lazyLayers()).toBe(LAYERS);
          const pulledBytes = servedBlobBytes(await registry.requests());
          expect(await puller.runInImage(reference, READ_ALL)).toBe(expected.trim());
          const allBytes = servedBlobBytes(await registry.requests());
          console.log(`${name}: ${pulledBytes} blob bytes at the pull, ${allBytes} after reading every file`);
        });
      });
    });
  }
});
