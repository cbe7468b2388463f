/*
 * An OCI image layout as a directory. Everything is written to a temporary directory inside it and moved up at the
 * end, index.json last: that works on a mount point too, where the directory itself cannot be renamed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex, type Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { OCI_LAYOUT_CONTENT } from '../oci/image-index.ts';
import { writeFailed } from './destination.ts';
import type { ImageSink } from './image-sink.ts';

export interface OciDirectoryOptions {
  readonly directory: string;
  /** Replace the layout that is there; anything else there is refused. */
  readonly replace: boolean;
}

/** @throws LayahError `write-failed` when the directory holds anything that may not be replaced. */
export function ociDirectorySink({ directory, replace }: OciDirectoryOptions): ImageSink {
  const place = preparePlace(directory, replace);
  const written = new Set<Digest>();
  let done = false;
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      throw thrown instanceof LayahError ? thrown : writeFailed(directory, thrown);
    }
  };
  const write = async (name: string, content: Iterable<Uint8Array>): Promise<void> =>
    guarded(async () => writeFile(join(place.temporary, name), content));
  const writeBlob = async (digest: Digest, content: () => Iterable<Uint8Array>): Promise<void> => {
    if (written.has(digest)) return;
    written.add(digest);
    await write(join('blobs', 'sha256', digestHex(digest)), content());
  };
  return {
    writeBlob: ({ digest, content }) => writeBlob(digest, content),
    writeManifest: ({ descriptor, bytes }) => writeBlob(descriptor.digest, () => [bytes]),
    async finish({ index }) {
      await write('oci-layout', [Buffer.from(OCI_LAYOUT_CONTENT, 'utf8')]);
      await write('index.json', [index]);
      await guarded(async () => moveUp(place));
      done = true;
    },
    async abort() {
      if (done) return;
      done = true;
      await rm(place.temporary, { recursive: true, force: true });
      if (place.created) await rmdir(place.directory).catch(() => {});
    },
  };
}

interface Place {
  readonly directory: string;
  readonly temporary: string;
  readonly created: boolean;
}

const LAYOUT_NAMES = ['index.json', 'oci-layout', 'blobs'];

function preparePlace(directory: string, replace: boolean): Place {
  try {
    const created = !existsSync(directory);
    if (created) mkdirSync(directory);
    else refuseForeignContent(directory, replace);
    const temporary = mkdtempSync(join(directory, '.layah-'));
    mkdirSync(join(temporary, 'blobs', 'sha256'), { recursive: true });
    return { directory, temporary, created };
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : writeFailed(directory, thrown);
  }
}

function refuseForeignContent(directory: string, replace: boolean): void {
  const names = readdirSync(directory);
  if (names.length === 0) return;
  const foreign = names.filter((name) => !LAYOUT_NAMES.includes(name));
  if (replace && foreign.length === 0) return;
  const isLayout = foreign.length === 0 && names.includes('oci-layout');
  throw new LayahError({
    code: 'write-failed',
    message: isLayout
      ? `the output directory ${directory} already holds an OCI layout`
      : `the output directory ${directory} is not empty: it holds ${foreign[0] ?? names[0] ?? ''}`,
    hint: isLayout ? 'Pass --force to replace it.' : 'Name a new or an empty directory.',
  });
}

async function writeFile(path: string, content: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for (const bytes of content) {
      for (let written = 0; written < bytes.length;) {
        written += (await handle.write(bytes, written)).bytesWritten;
      }
    }
  } finally {
    await handle.close();
  }
}

async function moveUp({ directory, temporary }: Place): Promise<void> {
  // Without its index the old layout is no image any more: nobody reads a mixture.
  for (const name of LAYOUT_NAMES) await rm(join(directory, name), { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const name of LAYOUT_NAMES.toReversed()) await rename(join(temporary, name), join(directory, name));
  await rmdir(temporary);
}
