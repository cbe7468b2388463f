/* Layouts and archives whose documents mean harm; each returns the arguments of `layah verify`. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobName, describeBytes, indexOf, OCI, sha256, writeDirectory } from '../unit/images/layouts.ts';
import { tarBlock } from '../unit/images/tar-blocks.ts';
import { imageFiles } from '../unit/pipeline/verify-images.ts';

export function largeManifest(directory: string): readonly string[] {
  const digest = sha256(Buffer.from('not that'));
  const descriptor = { mediaType: OCI.manifest, digest, size: 1 << 30 };
  writeDirectory(directory, {
    ...imageFiles({ layers: [] }),
    'index.json': indexOf([descriptor]),
    [blobName(digest)]: '',
  });
  truncateSync(join(directory, blobName(digest)), 1 << 30);
  return [`oci:${directory}`];
}

export function largeIndex(directory: string): readonly string[] {
  writeDirectory(directory, imageFiles({ layers: [] }));
  truncateSync(join(directory, 'index.json'), 1 << 30);
  return [`oci:${directory}`];
}

/** A manifest with this JSON in a member that nobody knows. */
export const unknownMember =
  (json: string) =>
  (directory: string): readonly string[] => {
    const manifest = Buffer.from(`{"schemaVersion":2,"x":${json}}`);
    const files = {
      ...imageFiles({ layers: [] }),
      'index.json': indexOf([describeBytes(OCI.manifest, manifest)]),
    };
    writeDirectory(directory, { ...files, [blobName(sha256(manifest))]: manifest });
    return [`oci:${directory}`];
  };

/** An index that lists itself: its digest is a lie, or it could not. */
export function selfIndex(directory: string): readonly string[] {
  const digest = sha256(Buffer.from('itself'));
  const itself = indexOf([{ mediaType: OCI.index, digest, size: 300 }]);
  writeDirectory(directory, {
    ...imageFiles({ layers: [] }),
    'index.json': itself,
    [blobName(digest)]: itself,
  });
  return [`oci:${directory}`];
}

/** Every index lists ten thousand images and the next index. */
export function manyImages(directory: string): readonly string[] {
  const image = describeBytes(OCI.manifest, Buffer.from('x'));
  const files: Record<string, Buffer | string> = { ...imageFiles({ layers: [] }) };
  let next: Buffer | undefined;
  for (let count = 0; count < 4; count++) {
    const below = next === undefined ? [] : [describeBytes(OCI.index, next)];
    next = indexOf([...below, ...Array(9_000).fill(image)]);
    files[blobName(sha256(next))] = next;
  }
  writeDirectory(directory, {
    ...files,
    'index.json': indexOf([describeBytes(OCI.index, next ?? Buffer.alloc(0))]),
  });
  return [`oci:${directory}`];
}

export function archiveWithHugeHeader(directory: string): readonly string[] {
  const path = join(directory, 'image.ociarchive');
  writeFileSync(path, tarBlock({ name: 'pax', type: 'x', size: 2 ** 30 }));
  truncateSync(path, 2 ** 30 + 2048);
  return [path];
}
