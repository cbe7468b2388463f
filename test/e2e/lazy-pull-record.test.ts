import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, run } from './layah.ts';
import { LAZY_PULL_NEEDS, withLazyPuller } from './lazy-puller.ts';
import { makeRootfs } from './material.ts';
import { testWith } from './needs.ts';
import { REGISTRY_PROGRAM, servedBlobBytes, withRegistryServer } from './registry-server.ts';

const SCRIPT = 'cat /etc/debian_version; ls / >/dev/null; perl -e "print 1 + 1"';
const LAYERS = 6;
/** What the snapshotter asks for at once, if it asks for anything of it. */
const REQUEST_BYTES = 50_000;

describe('stargz-snapshotter, with a record of what a command opens', () => {
  testWith(
    [...LAZY_PULL_NEEDS, 'debootstrap', 'strace', 'skopeo', REGISTRY_PROGRAM],
    'fetches at the pull what stands before the landmarks, and next to nothing when the command runs',
    async () => {
      const directory = join(inject('runDirectory'), 'lazy-record');
      const rootfs = await makeRootfs('debian');
      await withRegistryServer({ directory: join(directory, 'registry') }, async (registry) => {
        const record = join(directory, 'app.record');
        await layahOrFail(['record', 'run', '--rootfs', rootfs, '-o', record, '--', '/bin/sh', '-c', SCRIPT]);
        const plain = await pullAndRun('plain', []);
        const recorded = await pullAndRun('recorded', ['--record', record]);
        console.log({ plain, recorded });
        expect(plain.prefetchBytes).toBe(0);
        expect(recorded.prefetchBytes).toBeGreaterThan(1_000_000);
        const prefetched = recorded.pulledBytes - plain.pulledBytes;
        expect(prefetched).toBeGreaterThan(recorded.prefetchBytes - LAYERS * REQUEST_BYTES);
        expect(prefetched).toBeLessThan(recorded.prefetchBytes + 2 * LAYERS * REQUEST_BYTES);
        expect(recorded.ranBytes).toBeLessThan(plain.ranBytes / 4);

        async function pullAndRun(name: string, flags: readonly string[]) {
          const archive = join(directory, `${name}.ociarchive`);
          const limit = ['--max-layers', String(LAYERS)];
          await layahOrFail(['build', '--rootfs', rootfs, ...limit, ...flags, '-o', archive]);
          const reference = `${registry.host}/${name}:1`;
          await run('skopeo', [
            'copy',
            '-q',
            '--dest-tls-verify=false',
            `oci-archive:${archive}`,
            `docker://${reference}`,
          ]);
          const served = async () => servedBlobBytes(await registry.requests());
          const before = await served();
          const puller = { directory: join(directory, name), prefetch: true };
          let [pulledBytes, ranBytes] = [0, 0];
          await withLazyPuller(puller, async (snapshotter) => {
            await snapshotter.pull(reference);
            const { layers } = await readManifest(archive);
            expect(await snapshotter.lazyLayers()).toBe(layers.length);
            pulledBytes = (await settled(served)) - before;
            expect(await snapshotter.runInImage(reference, SCRIPT)).toContain('2');
            ranBytes = (await served()) - before - pulledBytes;
          });
          return { prefetchBytes: await prefetchBytes(archive), pulledBytes, ranBytes };
        }
      });
    },
  );
});

/** The snapshotter prefetches after the pull has ended. */
async function settled(measure: () => Promise<number>): Promise<number> {
  let last = -1;
  for (let now = await measure(); now !== last; now = await measure()) {
    last = now;
    await sleep(3000);
  }
  return last;
}

/** Over all layers, the bytes before `.prefetch.landmark`. */
async function prefetchBytes(archive: string): Promise<number> {
  const directory = `${archive}.unpacked`;
  await run('mkdir', [directory]);
  await run('tar', ['-xf', archive, '-C', directory]);
  let sum = 0;
  for (const { digest } of (await readManifest(archive)).layers) {
    sum += landmarkOffset(await readFile(join(directory, 'blobs', digest.replace(':', '/'))));
  }
  return sum;
}

/** 0 for a layer that prefetches nothing. The footer ends in the TOC's offset, see docs/estargz.md of stargz-snapshotter. */
function landmarkOffset(blob: Buffer): number {
  const footer = blob.subarray(-51);
  const tocOffset = Number.parseInt(footer.toString('latin1', 16, 32), 16);
  const tar = gunzipSync(blob.subarray(tocOffset, -51));
  const sizeBytes = Number.parseInt(tar.toString('latin1', 124, 135), 8);
  const { entries } = JSON.parse(tar.toString('utf8', 512, 512 + sizeBytes));
  return entries.find(({ name }: { name: string }) => name === '.prefetch.landmark')?.offset ?? 0;
}
