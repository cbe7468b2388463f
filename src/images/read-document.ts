import { hash } from 'node:crypto';
import { LayahError } from '../model/errors.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { checkJsonSize, missingBlob } from './layout-file.ts';

/** Reads a JSON blob: manifest, image config or nested index. */
export type DocumentReader = (store: ImageStore, descriptor: ReadDescriptor) => Promise<Buffer>;

/** @throws LayahError `bad-image` when it is missing, larger than a JSON document may be, or not what its digest says. */
export async function readDocument(store: ImageStore, descriptor: ReadDescriptor): Promise<Buffer> {
  const { size: sizeBytes } = descriptor;
  checkJsonSize(sizeBytes, `the blob ${descriptor.digest}`);
  // With one byte more than there should be a longer blob shows, and nobody need ask for its size.
  const bytes = await store.readRange(descriptor.digest, 0, sizeBytes + 1);
  const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
  if (digest === descriptor.digest && bytes.length === sizeBytes) return bytes;
  throw new LayahError({
    code: 'bad-image',
    message: `the blob ${descriptor.digest} of ${store.location} is not what its digest and size say`,
    hint: 'layah verify lists all that is wrong with the image.',
  });
}

/** Like `readDocument`, for who reports a wrong digest in its own way. */
export async function readUnverified(store: ImageStore, descriptor: ReadDescriptor): Promise<Buffer> {
  const sizeBytes = await store.size(descriptor.digest);
  if (sizeBytes === undefined) throw missingBlob(descriptor.digest, store.location);
  checkJsonSize(sizeBytes, `the blob ${descriptor.digest}`);
  return store.readRange(descriptor.digest, 0, sizeBytes);
}
