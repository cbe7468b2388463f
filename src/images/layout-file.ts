/*
 * What both stores share: the files of an OCI image layout (image-spec, image-layout.md), and what may go wrong with them.
 */
import { type Digest, digestHex } from '../model/digest.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { MAX_JSON_BYTES } from './image-store.ts';

export const LAYOUT_FILE = 'oci-layout';
export const INDEX_FILE = 'index.json';

export function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

export function missingBlob(digest: Digest, location: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `the blob ${digest} is not in ${location}`,
    hint: 'The image is incomplete; copy it again.',
  });
}

export function wrongSize(digest: Digest, sizeBytes: number, expectedSize: number): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `the blob ${digest} has ${sizeBytes} bytes instead of ${expectedSize}`,
    hint: 'The image is damaged; copy it again.',
  });
}

/** @throws LayahError `bad-image` when a JSON document is too large to be honest. */
export function checkJsonSize(sizeBytes: number, where: string): void {
  if (sizeBytes <= MAX_JSON_BYTES) return;
  throw new LayahError({
    code: 'bad-image',
    message: `${where} has ${sizeBytes} bytes, more than the ${MAX_JSON_BYTES} that are read of a JSON document`,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Name an existing image: a file, or a directory as oci:DIR.',
  EACCES: 'Run as a user who may read it.',
  ENOTDIR: 'It is a file: leave out the oci: before its name.',
};

/** @throws what is no system error. */
export function unreadableImage(location: string, cause: unknown): LayahError {
  const code = systemErrorCode(cause);
  if (code === undefined) throw cause;
  const hint = HINTS[code];
  return new LayahError({
    code: 'bad-image',
    message: `reading the image ${location}`,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
