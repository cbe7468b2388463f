/* OCI layouts for tests, as files and as archives. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { END_OF_ARCHIVE, padded, tarBlock } from './tar-blocks.ts';

/** Path in the layout to content. */
export type LayoutFiles = Readonly<Record<string, Buffer | string>>;

export interface JsonDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blobName(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}

export function describeBytes(mediaType: string, bytes: Buffer): JsonDescriptor {
  return { mediaType, digest: sha256(bytes), size: bytes.length };
}

export const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  gzipLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export const LAYOUT_FILE = { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' } as const;

export function indexOf(manifests: readonly JsonDescriptor[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests }));
}

export function writeDirectory(directory: string, files: LayoutFiles): string {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

export function writeArchive(path: string, files: LayoutFiles): string {
  const members = Object.entries(files).map(([name, content]) => fileMember(name, content));
  writeFileSync(path, Buffer.concat([...members, END_OF_ARCHIVE]));
  return path;
}

export function fileMember(name: string, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([tarBlock({ name, size: bytes.length }), padded(bytes)]);
}
