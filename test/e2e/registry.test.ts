import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, run } from './layah.ts';
import { material } from './material.ts';
import { testWith } from './needs.ts';
import { REGISTRY_PROGRAM, withRegistry } from './registry-server.ts';

describe('skopeo copies the archive into a registry and back', () => {
  for (const name of ['debian', 'rpm'] as const) {
    const maker = name === 'debian' ? 'debootstrap' : 'rpmbuild';
    const title = `the ${name} image keeps its manifest digest, its layers and their annotations`;
    testWith(['root', maker, 'skopeo', REGISTRY_PROGRAM], title, async () => {
      const { archive, rootfs } = await material(name);
      const directory = join(inject('runDirectory'), `registry-${name}`);
      const back = `${archive}.back`;
      await withRegistry(directory, async (host) => {
        const reference = `docker://${host}/layah/${name}:1`;
        await run('skopeo', ['copy', '-q', '--dest-tls-verify=false', `oci-archive:${archive}`, reference]);
        await run('skopeo', ['copy', '-q', '--src-tls-verify=false', reference, `oci-archive:${back}`]);
      });
      const before = await readManifest(archive);
      expect(await readManifest(back)).toEqual(before);
      expect(before.layers.every(({ annotations }) => annotations !== undefined)).toBe(true);
      await layahOrFail(['verify', back, '--rootfs', rootfs]);
    });
  }
});
