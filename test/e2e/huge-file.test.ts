import { mkdirSync } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { layahOrFail, run } from './layah.ts';
import { testWith } from './needs.ts';
import { removeTree } from './run-directory.ts';

const GIBIBYTE = 2 ** 30;

describe('a sparse file of 9 GiB, which needs a PAX record for its size', () => {
  // Compared in a pipe: nothing that unpacks it could keep the holes, and no disk needs 9 GiB for it.
  testWith(['bash', 'tar', 'gzip', 'cmp'], 'has the same bytes when GNU tar reads its layer', async () => {
    const base = await mkdtemp(join(inject('runDirectory'), 'huge-'));
    const rootfs = join(base, 'rootfs');
    mkdirSync(rootfs);
    await makeHugeFile(join(rootfs, 'huge'));
    const archive = join(base, 'image.ociarchive');
    await layahOrFail(['build', '--rootfs', rootfs, '-o', archive, '--compression-level', '1', '-q']);
    const { layers } = await readManifest(archive);
    expect(layers).toHaveLength(1);
    await run('tar', ['-C', base, '-xf', archive]);
    const blob = join(base, 'blobs', layers[0]?.digest.replace(':', '/') ?? '');
    const compare = 'set -o pipefail; tar -xzOf "$0" huge | cmp - "$1"';
    await run('bash', ['-c', compare, blob, join(rootfs, 'huge')]);
    await removeTree(base);
  });
});

/** Marks at both ends and across the 4 and 8 GiB that some readers cannot count beyond. */
async function makeHugeFile(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (const offset of [0, 4 * GIBIBYTE - 3, 8 * GIBIBYTE - 5, 9 * GIBIBYTE - 6]) {
    await file.write(`mark${offset / GIBIBYTE}`.slice(0, 6), offset);
  }
  await file.close();
}
