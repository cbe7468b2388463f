/*
 * A Docker archive (`docker save`, `podman save`, skopeo's docker-archive:), read as if it were an OCI layout: its
 * manifest.json names images, whose layers are files without a digest. Their digests are computed when it is opened, and
 * manifests are made up that say what an OCI manifest would.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { REF_NAME_ANNOTATION } from '../model/annotations.ts';
import { type Digest, parseDigest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { TAR_BLOCK_BYTES } from '../model/tar-format.ts';
import { type Descriptor, describeJson, jsonBlob } from '../oci/descriptor.ts';
import {
  CONFIG_MEDIA_TYPE,
  INDEX_MEDIA_TYPE,
  layerMediaType,
  MANIFEST_MEDIA_TYPE,
} from '../oci/media-types.ts';
import {
  parseDockerManifest,
  parseImageConfig,
  parseImageIndex,
  type ReadDockerImage,
  type ReadImageIndex,
} from '../oci/schemas.ts';
import type { ArchiveMember } from './archive-index.ts';
import { openArchiveFile } from './archive-store.ts';
import { type DockerArchiveIndex, indexDockerArchive } from './docker-archive-index.ts';
import type { ImageStore } from './image-store.ts';
import { compressionOfContent } from './layer-content.ts';
import { checkJsonSize, missingBlob, unreadableImage, wrongSize } from './layout-file.ts';
import { readAt, streamRange } from './read-file.ts';

/** @throws LayahError `bad-image` */
export async function openDockerArchive(path: string): Promise<ImageStore> {
  const file = await openArchiveFile(path);
  try {
    const archive: DockerArchive = {
      file,
      path,
      index: await indexDockerArchive(file, path),
      blobs: new Map(),
      hashed: new Map(),
    };
    return createStore(archive, await readImages(archive));
  } catch (thrown) {
    await file.close();
    throw thrown instanceof LayahError ? thrown : unreadableImage(path, thrown);
  }
}

/** A file of the archive, or a document that we made. */
type Blob = ArchiveMember | Uint8Array;

interface DockerArchive {
  readonly file: FileHandle;
  readonly path: string;
  readonly index: DockerArchiveIndex;
  readonly blobs: Map<Digest, Blob>;
  /** Files that were hashed already: several images may share them. */
  readonly hashed: Map<ArchiveMember, Digest>;
}

function createStore(archive: DockerArchive, index: ReadImageIndex): ImageStore {
  const { file, path, blobs } = archive;
  const find = (digest: Digest): Blob => {
    const blob = blobs.get(digest);
    if (blob === undefined) throw missingBlob(digest, path);
    return blob;
  };
  return {
    location: path,
    archiveProblems: archive.index.problems,
    async readBlob(digest, expectedSize) {
      const blob = find(digest);
      if (expectedSize !== undefined && sizeOf(blob) !== expectedSize) {
        throw wrongSize(digest, sizeOf(blob), expectedSize);
      }
      if (blob instanceof Uint8Array) return Readable.from([blob]);
      return streamRange(file, { ...blob, onEnd: async () => {} });
    },
    async readRange(digest, offset, lengthBytes) {
      const blob = find(digest);
      if (blob instanceof Uint8Array) return Buffer.from(blob.subarray(offset, offset + lengthBytes));
      return readAt(file, blob.offset + offset, Math.min(lengthBytes, blob.sizeBytes - offset));
    },
    async size(digest) {
      const blob = blobs.get(digest);
      return blob === undefined ? undefined : sizeOf(blob);
    },
    readIndex: async () => index,
    close: () => file.close(),
  };
}

function sizeOf(blob: Blob): number {
  return blob instanceof Uint8Array ? blob.length : blob.sizeBytes;
}

const MANIFEST_FILE = 'manifest.json';

async function readImages(archive: DockerArchive): Promise<ReadImageIndex> {
  const where = `${MANIFEST_FILE} of ${archive.path}`;
  const images = parseDockerManifest(await readDocument(archive, MANIFEST_FILE), where);
  const manifests: Descriptor[] = [];
  for (const image of images) {
    const descriptor = await addImage(archive, image);
    const tags = image.RepoTags ?? [];
    if (tags.length === 0) manifests.push(descriptor);
    for (const tag of tags) manifests.push({ ...descriptor, annotations: { [REF_NAME_ANNOTATION]: tag } });
  }
  const index = jsonBlob(INDEX_MEDIA_TYPE, { schemaVersion: 2, mediaType: INDEX_MEDIA_TYPE, manifests });
  return parseImageIndex(index.bytes, where);
}

async function readDocument(archive: DockerArchive, name: string): Promise<Buffer> {
  const member = archive.index.find(name);
  if (member === undefined) throw missingFile(archive, name);
  checkJsonSize(member.sizeBytes, `${name} of ${archive.path}`);
  return readAt(archive.file, member.offset, member.sizeBytes);
}

/** @returns the descriptor of a manifest that is now among the blobs. */
async function addImage(archive: DockerArchive, image: ReadDockerImage): Promise<Descriptor> {
  const configBytes = await readDocument(archive, image.Config);
  const { os, architecture, variant } = parseImageConfig(configBytes, `${image.Config} of ${archive.path}`);
  const config = describeJson(CONFIG_MEDIA_TYPE, configBytes).descriptor;
  const layers: Descriptor[] = [];
  for (const name of image.Layers ?? []) layers.push(await addLayer(archive, name));
  const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config,
    layers,
  });
  archive.blobs.set(config.digest, configBytes);
  archive.blobs.set(manifest.descriptor.digest, manifest.bytes);
  return {
    ...manifest.descriptor,
    platform: { os, architecture, ...(variant !== undefined && { variant }) },
  };
}

async function addLayer(archive: DockerArchive, name: string): Promise<Descriptor> {
  const member = archive.index.find(name);
  if (member === undefined) throw missingFile(archive, name);
  const digest = archive.hashed.get(member) ?? (await hashMember(archive, member));
  archive.hashed.set(member, digest);
  archive.blobs.set(digest, member);
  const start = await readAt(archive.file, member.offset, Math.min(TAR_BLOCK_BYTES, member.sizeBytes));
  const mediaType = layerMediaType(compressionOfContent(start, undefined) === 'gzip' ? 'gzip' : 'none');
  return { mediaType, digest, size: member.sizeBytes };
}

async function hashMember({ file }: DockerArchive, member: ArchiveMember): Promise<Digest> {
  const digest = createHash('sha256');
  for await (const chunk of streamRange(file, { ...member, onEnd: async () => {} })) digest.update(chunk);
  return parseDigest(`sha256:${digest.digest('hex')}`);
}

function missingFile({ path, index }: DockerArchive, name: string): LayahError {
  const isLayout = name === MANIFEST_FILE && index.find('index.json') !== undefined;
  return new LayahError({
    code: 'bad-image',
    message: `${path} has no ${name}`,
    hint: isLayout
      ? `It is an OCI archive: name it as oci-archive:${path}`
      : 'A Docker archive is what docker save, podman save or skopeo copy to docker-archive: write.',
  });
}
