import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { checkOciLayout, parseImageIndex } from '../oci/schemas.ts';
import { type ArchiveMember, indexArchive } from './archive-index.ts';
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

/** An OCI archive: a tar of an image layout, its members in any order. It must be a seekable file. */
export async function openArchive(path: string): Promise<ImageStore> {
  const file = await openArchiveFile(path);
  try {
    const { members, problems } = await indexArchive(file, path);
    const archive: Archive = { file, path, members };
    checkOciLayout(await readDocument(archive, LAYOUT_FILE), `${LAYOUT_FILE} of ${path}`);
    return {
      location: path,
      archiveProblems: problems,
      readBlob: (digest, expectedSize) => readBlob(archive, digest, expectedSize),
      readRange: async (digest, offset, lengthBytes) =>
        readRange(archive, blobMember(archive, digest), [offset, lengthBytes]),
      size: async (digest) => members.get(blobPath(digest))?.sizeBytes,
      readIndex: async () =>
        parseImageIndex(await readDocument(archive, INDEX_FILE), `${INDEX_FILE} of ${path}`),
      close: () => file.close(),
    };
  } catch (thrown) {
    await file.close();
    throw thrown instanceof LayahError ? thrown : unreadableImage(path, thrown);
  }
}

/** @throws LayahError `bad-image` when it is not there, or is no file. */
export async function openArchiveFile(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK a FIFO would keep us waiting for its writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (stats.isFile()) return file;
    await file.close();
    throw notAFile(path, stats.isDirectory());
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : unreadableImage(path, thrown);
  }
}

interface Archive {
  readonly file: FileHandle;
  readonly path: string;
  readonly members: ReadonlyMap<string, ArchiveMember>;
}

function blobMember({ members, path }: Archive, digest: Digest): ArchiveMember {
  const member = members.get(blobPath(digest));
  if (member === undefined) throw missingBlob(digest, path);
  return member;
}

async function readBlob(
  archive: Archive,
  digest: Digest,
  expectedSize: number | undefined,
): Promise<Readable> {
  const { offset, sizeBytes } = blobMember(archive, digest);
  if (expectedSize !== undefined && sizeBytes !== expectedSize)
    throw wrongSize(digest, sizeBytes, expectedSize);
  return streamRange(archive.file, { offset, sizeBytes, onEnd: async () => {} });
}

async function readRange(
  archive: Archive,
  member: ArchiveMember,
  [offset, lengthBytes]: readonly [number, number],
): Promise<Buffer> {
  const wantedBytes = Math.max(0, Math.min(lengthBytes, member.sizeBytes - offset));
  const bytes = await readAt(archive.file, member.offset + offset, wantedBytes);
  if (bytes.length < wantedBytes) throw shrunk(archive.path);
  return bytes;
}

async function readDocument(archive: Archive, name: string): Promise<Buffer> {
  const member = archive.members.get(name);
  if (member === undefined) throw notALayout(archive, name);
  checkJsonSize(member.sizeBytes, `${name} of ${archive.path}`);
  return readRange(archive, member, [0, member.sizeBytes]);
}

function notALayout({ path, members }: Archive, missing: string): LayahError {
  const isDockerArchive = members.has('manifest.json');
  return new LayahError({
    code: 'bad-image',
    message: `${path} is no OCI archive: it has no ${missing}`,
    hint: isDockerArchive
      ? `It is a Docker archive: name it as docker-archive:${path}`
      : 'Write one with layah build, skopeo copy or podman save --format oci-archive.',
  });
}

function notAFile(path: string, isDirectory: boolean): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `${path} is no file`,
    hint: isDirectory
      ? `It is a directory: name it as oci:${path}`
      : 'An archive is read at many places: write it to a file first.',
  });
}

function shrunk(path: string): LayahError {
  return new LayahError({ code: 'bad-image', message: `${path} became shorter while it was read` });
}
