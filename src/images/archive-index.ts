import type { FileHandle } from 'node:fs/promises';
import { LayahError } from '../model/errors.ts';
import { decodeUtf8 } from '../model/rootfs-path.ts';
import { INDEX_FILE, LAYOUT_FILE } from './layout-file.ts';
import { readAt } from './read-file.ts';
import type { TarHeader } from './tar-header.ts';
import { createTarReader, type TarReader } from './tar-reader.ts';

/** Where a file of the image layout lies in the archive. */
export interface ArchiveMember {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface ArchiveIndex {
  readonly members: ReadonlyMap<string, ArchiveMember>;
  /** Bytes that should be zero and are not. */
  readonly problems: readonly string[];
}

/**
 * Reads the headers of the archive and notes where the files of an image layout are; all else is passed over.
 * @throws LayahError `bad-image` when it is no tar, or has a layout file twice or as something else than a file.
 */
export async function indexArchive(file: FileHandle, path: string): Promise<ArchiveIndex> {
  const members = new Map<string, ArchiveMember>();
  const problems = await walkArchive(file, path, (entry) => noteMember(members, entry, path));
  return { members, problems };
}

export interface ArchiveEntry {
  readonly header: TarHeader;
  readonly contentOffset: number;
}

/**
 * Reads the headers of an archive up to its end-of-archive blocks, as tar, podman, skopeo and docker do.
 * @returns what is wrong with the bytes that they pass over.
 * @throws LayahError `bad-image` when it is no tar.
 */
export async function walkArchive(
  file: FileHandle,
  path: string,
  onEntry: (entry: ArchiveEntry) => void,
): Promise<string[]> {
  const problems: string[] = [];
  const entries: ArchiveEntry[] = [];
  const reader = createTarReader({
    entry: (header, contentOffset) => entries.push({ header, contentOffset }),
    content: () => {},
    padding: expectZeros((offset) =>
      problems.push(`byte ${offset}, between two files of its tar, is not zero`),
    ),
    trailing: expectZeros((offset) =>
      problems.push(
        `byte ${offset}, behind the end of its tar, is not zero: readers that go on there see other files`,
      ),
    ),
  });
  for await (const piece of readOutsideContents(file, reader)) {
    readAsTar(path, () => reader.push(piece));
    for (const entry of entries.splice(0)) onEntry(entry);
  }
  readAsTar(path, () => reader.finish());
  return problems;
}

/** Holds a header with its extensions, and mostly a document and the header after it. */
const PIECE_BYTES = 1 << 15;

/** From front to back, without most of what `reader` takes for content: a blob is far larger than a header. */
async function* readOutsideContents(file: FileHandle, reader: TarReader): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  for (let position = 0; ;) {
    position += reader.skipContent(Math.max(0, size - position));
    const piece = await readAt(file, position, PIECE_BYTES);
    if (piece.length === 0) return;
    yield piece;
    position += piece.length;
  }
}

/** @param onOther is called once, with where the first byte stands that is not zero. */
function expectZeros(onOther: (offset: number) => void): (chunk: Buffer, position: number) => void {
  let isFound = false;
  return (chunk, position) => {
    const index = isFound ? -1 : chunk.findIndex((byte) => byte !== 0);
    if (index < 0) return;
    isFound = true;
    onOther(position + index);
  };
}

function readAsTar(path: string, read: () => void): void {
  try {
    read();
  } catch (thrown) {
    throw thrown instanceof LayahError && thrown.code === 'bad-image' ? notATar(path, thrown) : thrown;
  }
}

/** As written, without the `./` that some writers begin with. */
export function memberName(byteString: string): string {
  return (decodeUtf8(byteString) ?? byteString).replace(/^(?:\.\/)+/, '');
}

/** `manifest.json` is no part of the layout: it tells a Docker archive, for the hint. */
const LAYOUT_NAME = /^(?:oci-layout|index\.json|manifest\.json|blobs\/sha256\/[0-9a-f]{64})$/;
export const MAX_MEMBERS = 100_000;

function noteMember(
  members: Map<string, ArchiveMember>,
  { header, contentOffset }: ArchiveEntry,
  path: string,
): void {
  const name = memberName(header.name);
  if (!LAYOUT_NAME.test(name)) return;
  if (header.kind !== 'file') throw badMember(path, name, `is a ${header.kind}, not a file`);
  // Readers differ in which one counts.
  if (members.has(name)) throw badMember(path, name, 'is there twice');
  if (members.size === MAX_MEMBERS) throw badMember(path, name, `is one file too many after ${MAX_MEMBERS}`);
  members.set(name, { offset: contentOffset, sizeBytes: header.sizeBytes });
}

export function badMember(path: string, name: string, what: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `${name} of ${path} ${what}`,
    hint: 'The archive was not made by an image tool, or was changed afterwards; copy the image again.',
  });
}

function notATar(path: string, cause: unknown): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `${path} is no tar, or is cut off`,
    hint: `An OCI archive is an uncompressed tar with ${LAYOUT_FILE}, ${INDEX_FILE} and blobs/.`,
    cause,
  });
}
