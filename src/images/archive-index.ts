import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { LayahError } from '../model/errors.ts';
import { INDEX_FILE, LAYOUT_FILE } from './layout-file.ts';
import { streamRange } from './read-file.ts';
import { createTarReader } from './tar-reader.ts';

/** Where a file of the image layout lies in the archive. */
export interface ArchiveMember {
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Reads the archive once and notes where the files of an image layout are; all else is passed over.
 * @throws LayahError `bad-image` when it is no tar, or has a layout file twice or as something else than a file.
 */
export async function indexArchive(file: FileHandle, path: string): Promise<Map<string, ArchiveMember>> {
  const members = new Map<string, ArchiveMember>();
  await walkArchive(file, path, (header) => noteMember(members, header, path));
  return members;
}

/** Reads the headers of an archive. @throws LayahError `bad-image` when it is no tar. */
export async function walkArchive(
  file: FileHandle,
  path: string,
  onEntry: (header: Header) => void,
): Promise<void> {
  const entries = extract();
  const source = streamRange(file, { offset: 0, sizeBytes: Infinity, onEnd: async () => {} });
  const note = async () => {
    for await (const entry of entries) {
      onEntry(entry.header);
      entry.resume();
    }
  };
  try {
    await Promise.all([pipeline(source, refuseHugeHeaders, entries), note()]);
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : notATar(path, thrown);
  }
}

/** As written, without the `./` that some writers begin with. */
export function memberName({ name }: Header): string {
  return name.replace(/^(?:\.\/)+/, '');
}

/** tar-stream keeps extension headers in memory whatever their size: ours refuses them first. */
async function* refuseHugeHeaders(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = createTarReader({ entry: () => {}, content: () => {} });
  for await (const piece of archive) {
    reader.push(piece);
    yield piece;
  }
}

/** `manifest.json` is no part of the layout: it tells a Docker archive, for the hint. */
const LAYOUT_NAME = /^(?:oci-layout|index\.json|manifest\.json|blobs\/sha256\/[0-9a-f]{64})$/;
export const MAX_MEMBERS = 100_000;

/** tar-stream 3.2 says where the content is; its types do not yet. */
export function contentOffset(header: Header): number | undefined {
  return 'byteOffset' in header && typeof header.byteOffset === 'number' ? header.byteOffset : undefined;
}

function noteMember(members: Map<string, ArchiveMember>, header: Header, path: string): void {
  const name = memberName(header);
  if (!LAYOUT_NAME.test(name)) return;
  if (header.type !== 'file' && header.type !== 'contiguous-file') {
    throw badMember(path, name, `is a ${header.type ?? 'entry of unknown type'}, not a file`);
  }
  // Readers differ in which one counts.
  if (members.has(name)) throw badMember(path, name, 'is there twice');
  if (members.size === MAX_MEMBERS) throw badMember(path, name, `is one file too many after ${MAX_MEMBERS}`);
  const offset = contentOffset(header);
  if (offset === undefined) throw badMember(path, name, 'has no known place');
  members.set(name, { offset, sizeBytes: header.size ?? 0 });
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
