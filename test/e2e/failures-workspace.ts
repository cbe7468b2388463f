import { randomFillSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { layah, type Finished } from './layah.ts';

/** A root filesystem, a directory for the output and one for temporary files, all of one test. */
export interface Workspace {
  readonly rootfs: string;
  readonly output: string;
  readonly temporary: string;
  readonly archive: string;
}

/** `files` gets random bytes: name to size. */
export async function makeWorkspace(files: Readonly<Record<string, number>>): Promise<Workspace> {
  const base = await mkdtemp(join(inject('runDirectory'), 'failures-'));
  const [rootfs, output, temporary] = [join(base, 'rootfs'), join(base, 'output'), join(base, 'tmp')];
  for (const directory of [rootfs, output, temporary]) await mkdir(directory);
  for (const [name, sizeBytes] of Object.entries(files)) {
    await writeFile(join(rootfs, name), randomFillSync(Buffer.alloc(sizeBytes)));
  }
  return { rootfs, output, temporary, archive: join(output, 'image.ociarchive') };
}

export async function buildIn(workspace: Workspace, ...flags: string[]): Promise<Finished> {
  const { rootfs, archive, temporary } = workspace;
  return layah(['build', '--rootfs', rootfs, '-o', `oci-archive:${archive}`, ...flags], {
    TMPDIR: temporary,
  });
}

/** Neither an archive, nor half of one under another name, nor a temporary file. */
export async function expectNothingLeft({ output, temporary }: Workspace): Promise<void> {
  expect(await readdir(output)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
}
