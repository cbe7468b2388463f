import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { layah, layahOrFail } from './layah.ts';
import { testWith } from './needs.ts';
import { REGISTRY_PROGRAM, withRegistryServer } from './registry-server.ts';

describe('an image in a registry whose tables of contents are in another image', () => {
  // Debian's distribution does not list referrers: their index under a tag stands in.
  testWith([REGISTRY_PROGRAM, 'curl'], 'is verified by its tag, and by its digest too', async () => {
    const directory = join(inject('runDirectory'), 'toc-image');
    const rootfs = join(directory, 'rootfs');
    await mkdir(rootfs, { recursive: true });
    for (const name of ['a', 'b', 'c']) await writeFile(join(rootfs, name), name.repeat(50_000));
    await withRegistryServer({ directory }, async (server) => {
      const { host } = server;
      const image = `docker://${host}/layah/toc`;
      const flags = ['--tls-verify=false', '--rootfs', rootfs];
      await layahOrFail(['build', '--external-toc', '--config-str', '{}', '-o', `${image}:1`, ...flags]);
      const report = JSON.parse((await layah(['verify', `${image}:1`, '--json', ...flags])).stdout);
      expect(report).toMatchObject({ ok: true, layerCount: 1, estargzLayerCount: 1, chunkCount: 4 });
      const before = (await server.requests()).length;
      await layahOrFail(['verify', `${image}@${report.manifestDigest}`, ...flags]);
      const after = (await server.requests()).slice(before);
      // Nobody knows the tag of the TOC image then: it is found as a referrer.
      expect(after.filter((line) => line.includes('-esgztoc'))).toEqual([]);
      expect(after.some((line) => line.includes(`manifests/sha256-${report.manifestDigest.slice(7)}`))).toBe(
        true,
      );
    });
  });
});
