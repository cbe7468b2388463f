import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { checkOciLayout, parseImageIndex } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import {
  blobPath,
  checkJsonSize,
  INDEX_FILE,
  LAYOUT_FILE,
  missingBlob,
  unreadableImage,
  wrongSize,
} from './layout-file.ts';
import { readAt, streamRange } from './read-file.ts';

/** An OCI directory. No symlink in it is followed: it might lead to any file of this machine. */
export async function openDirectory(directory: string): Promise<ImageStore> {
  for (const name of ['.', 'blobs', 'blobs/sha256']) await checkDirectory(directory, name);
  checkOciLayout(await readDocument(directory, LAYOUT_FILE), `${LAYOUT_FILE} of ${directory}`);
  return {
    location: directory,
    readBlob: (digest, expectedSize) => readBlob(directory, digest, expectedSize),
    readRange: (digest, offset, lengthBytes) =>
      withBlob(directory, digest, (file, sizeBytes) =>
        readAt(file, offset, Math.min(lengthBytes, sizeBytes - offset)),
      ),
    size: (digest) => blobSize(directory, digest),
    readIndex: async () =>
      parseImageIndex(await readDocument(directory, INDEX_FILE), `${INDEX_FILE} of ${directory}`),
    close: async () => {},
  };
}

async function checkDirectory(directory: string, name: string): Promise<void> {
  const path = join(directory, name);
  try {
    // The directory itself was named by the user, who may well name a symlink.
    const stats = await lstat(name === '.' ? `${directory}/.` : path);
    if (!stats.isDirectory()) throw notALayout(directory, `${name} is no directory`);
  } catch (thrown) {
    if (name !== '.' && systemErrorCode(thrown) === 'ENOENT')
      throw notALayout(directory, `it has no ${name}`);
    throw thrown instanceof LayahError ? thrown : unreadableImage(directory, thrown);
  }
}

/** @returns undefined when it is not there. */
async function openFile(directory: string, name: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: FileHandle | undefined;
  try {
    file = await open(join(directory, name), flags);
    if ((await file.stat()).isFile()) return file;
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return undefined;
    if (systemErrorCode(thrown) !== 'ELOOP') throw unreadableImage(directory, thrown);
  }
  await file?.close();
  throw new LayahError({
    code: 'bad-image',
    message: `${name} of ${directory} is no regular file`,
    hint: `Symlinks are not followed; cp -rL ${directory} NEW makes files of them.`,
  });
}

async function withBlob<Result>(
  directory: string,
  digest: Digest,
  use: (file: FileHandle, sizeBytes: number) => Promise<Result>,
): Promise<Result> {
  const file = await openFile(directory, blobPath(digest));
  if (file === undefined) throw missingBlob(digest, directory);
  try {
    return await use(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function blobSize(directory: string, digest: Digest): Promise<number | undefined> {
  const file = await openFile(directory, blobPath(digest));
  if (file === undefined) return undefined;
  const { size } = await file.stat();
  await file.close();
  return size;
}

async function readBlob(
  directory: string,
  digest: Digest,
  expectedSize: number | undefined,
): Promise<Readable> {
  const file = await openFile(directory, blobPath(digest));
  if (file === undefined) throw missingBlob(digest, directory);
  const { size } = await file.stat();
  if (expectedSize !== undefined && size !== expectedSize) {
    await file.close();
    throw wrongSize(digest, size, expectedSize);
  }
  return streamRange(file, { offset: 0, sizeBytes: size, onEnd: () => file.close() });
}

async function readDocument(directory: string, name: string): Promise<Buffer> {
  const file = await openFile(directory, name);
  if (file === undefined) throw notALayout(directory, `it has no ${name}`);
  try {
    const { size } = await file.stat();
    checkJsonSize(size, `${name} of ${directory}`);
    return await readAt(file, 0, size);
  } finally {
    await file.close();
  }
}

function notALayout(directory: string, what: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `${directory} is no OCI image layout: ${what}`,
    hint: 'Write one with layah build -o oci:DIR or skopeo copy ... oci:DIR.',
  });
}
