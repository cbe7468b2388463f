import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { readManifest } from './archive.ts';
import { run } from './layah.ts';
import type { Material } from './material.ts';
import { removeTree } from './run-directory.ts';
import { expectSameTree, PLAIN_TAR, type Tolerance, UMOCI } from './trees.ts';

/** Unpacks with umoci, as a runtime without an overlay filesystem does, and compares. */
export async function compareUnpackedByUmoci(
  { archive, rootfs }: Material,
  tolerances: readonly Tolerance[] = [],
): Promise<void> {
  await inScratchDirectory(async (scratch) => {
    await run('skopeo', ['copy', '-q', `oci-archive:${archive}`, `oci:${scratch}/layout:image`]);
    await run('umoci', ['unpack', '--image', `${scratch}/layout:image`, `${scratch}/bundle`]);
    const summary = await expectSameTree(rootfs, `${scratch}/bundle/rootfs`, [...UMOCI, ...tolerances]);
    console.log(`umoci unpack: ${summary}`);
  });
}

/** Untars the layers in order with GNU tar and compares. */
export async function compareUnpackedByTar({ archive, rootfs }: Material): Promise<void> {
  await inScratchDirectory(async (scratch) => {
    await untarLayers(archive, join(scratch, 'tree'));
    console.log(`tar -x: ${await expectSameTree(rootfs, join(scratch, 'tree'), PLAIN_TAR)}`);
  });
}

/** Extracts the layers one over the other into a new directory, with GNU tar, which knows nothing of eStargz. */
export async function untarLayers(archive: string, target: string): Promise<void> {
  await inScratchDirectory(async (scratch) => {
    await mkdir(target);
    await run('tar', ['-C', scratch, '-xf', archive]);
    const attributes = ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner', '--same-owner', '-p'];
    for (const { digest } of (await readManifest(archive)).layers) {
      const blob = join(scratch, 'blobs', digest.replace(':', '/'));
      await run('tar', ['-C', target, '-xzf', blob, ...attributes, '--overwrite', '--warning=no-timestamp']);
    }
  });
}

async function inScratchDirectory(use: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(inject('runDirectory'), 'unpack-'));
  try {
    await use(scratch);
  } finally {
    await removeTree(scratch);
  }
}
