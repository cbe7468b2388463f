import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, repositoryDirectory, run } from './layah.ts';
import { makeRootfs, material } from './material.ts';
import { isThere, testWith } from './needs.ts';

beforeAll(async () => {
  if (!isThere('go')) return;
  await run('go', ['build', '-C', join(repositoryDirectory, 'test/conformance'), '-o', programPath(), '.']);
});

describe('the Go programs that define eStargz', () => {
  for (const name of ['debian', 'rpm', 'fidelity'] as const) {
    const makers = {
      debian: ['debootstrap'],
      rpm: ['rpmbuild'],
      fidelity: ['setfattr', 'setfacl', 'setcap', 'python3'],
    }[name];
    for (const command of ['check', 'metadata'] as const) {
      const reader = command === 'check' ? 'the estargz library' : "the snapshotter's metadata reader";
      testWith(['root', 'go', ...makers], `${reader} verifies every layer of the ${name} image`, async () => {
        const { archive } = await material(name);
        const lines = (await run(programPath(), [command, archive])).split('\n');
        console.log(
          `conformance ${command} ${name}:\n${lines.slice(0, 3).join('\n')}\n(${lines.length} lines)`,
        );
        expect(lines).toHaveLength((await readManifest(archive)).layers.length);
      });
    }
  }

  testWith(['root', 'go', 'debootstrap'], 'verify every layer that zlib compressed', async () => {
    const archive = join(inject('runDirectory'), 'debian-zlib.ociarchive');
    const flags = ['--gzip-engine', 'zlib', '-q', '-o', archive];
    await layahOrFail(['build', '--rootfs', await makeRootfs('debian'), ...flags]);
    const { layers } = await readManifest(archive);
    for (const command of ['check', 'metadata']) {
      const lines = (await run(programPath(), [command, archive])).split('\n');
      expect(lines).toHaveLength(layers.length);
    }
    const engines = layers.map(({ annotations }) => annotations?.['org.layah.deflate']);
    expect(engines.filter((engine) => engine?.startsWith('zlib level=6 ') !== true)).toEqual([]);
  });
});

const VARIANTS = {
  'min-chunk-size': ['--min-chunk-size', '50000'],
  'external-toc': ['--external-toc'],
  both: ['--min-chunk-size', '50000', '--external-toc'],
} as const;

describe('the Go programs read every file of a layer', () => {
  for (const [variant, flags] of Object.entries(VARIANTS)) {
    testWith(['go'], `with ${flags.join(' ')}`, async () => {
      const archive = join(inject('runDirectory'), `${variant}.ociarchive`);
      // Many small files, and with this chunk size many of several chunks.
      const rootfs = join(repositoryDirectory, 'test/unit');
      const output = ['--chunk-size', '4KiB', '-t', 'localhost/variant:1', '-o', archive];
      await layahOrFail(['build', '--rootfs', rootfs, ...flags, ...output]);
      const checked = await run(programPath(), ['check', archive]);
      expect(checked.includes('"merged":true')).toBe(variant !== 'external-toc');
      await run(programPath(), ['metadata', archive]);
      console.log(`conformance check, ${variant}:\n${checked}`);
    });
  }
});

function programPath(): string {
  return join(inject('runDirectory'), 'conformance');
}
