import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { readManifest } from './archive.ts';
import { run } from './layah.ts';
import type { Material } from './material.ts';
import { expectSameTree, PLAIN_TAR } from './trees.ts';

/** Unpacks with umoci, as a runtime without an overlay filesystem does, and compares. */
export async function compareUnpackedByUmoci({ archive, rootfs }: Material): Promise<void> {
  await inScratchDirectory(async (scratch) => {
    await run('skopeo', ['copy', '-q', `oci-archive:${archive}`, `oci:${scratch}/layout:image`]);
    await run('umoci', ['unpack', '--image', `${scratch}/layout:image`, `${scratch}/bundle`]);
    console.log(`umoci unpack: ${await expectSameTree(rootfs, `${scratch}/bundle/rootfs`)}`);
  });
}

/** Untars the layers in order, one over the other, with GNU tar, which knows nothing of eStargz. */
export async function compareUnpackedByTar({ archive, rootfs }: Material): Promise<void> {
  await inScratchDirectory(async (scratch) => {
    const target = join(scratch, 'tree');
    await mkdir(target);
    await run('tar', ['-C', scratch, '-xf', archive]);
    const attributes = ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner', '--same-owner', '-p'];
    for (const { digest } of (await readManifest(archive)).layers) {
      const blob = join(scratch, 'blobs', digest.replace(':', '/'));
      await run('tar', ['-C', target, '-xzf', blob, ...attributes, '--overwrite']);
    }
    console.log(`tar -x: ${await expectSameTree(rootfs, target, PLAIN_TAR)}`);
  });
}

async function inScratchDirectory(use: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(inject('runDirectory'), 'unpack-'));
  try {
    await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
