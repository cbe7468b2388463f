/*
 * What follows the last entry of an eStargz layer, in members of their own:
 *
 *   1024 zero bytes | landmark header        a plain tar reader stops here
 *   landmark content | padding
 *   TOC header | JSON | padding | 1024 zero bytes
 *   footer
 */
import { hash } from 'node:crypto';
import type { FileEntry } from '../../model/entry.ts';
import { LANDMARK_CONTENT, NO_PREFETCH_LANDMARK, TOC_TAR_NAME } from '../../model/estargz.ts';
import type { TocEntry } from '../../model/estargz.ts';
import { rootfsPathFromText } from '../../model/rootfs-path.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../../model/tar-format.ts';
import { tarHeader } from '../tar-header.ts';
import { tocEntries } from './toc-entries.ts';

/** The tar bytes from the end of the entries up to the landmark's content. */
export function landmarkPreamble(): Uint8Array {
  return Buffer.concat([
    Buffer.alloc(END_OF_ARCHIVE_BYTES),
    tarHeader(metadataFile(NO_PREFETCH_LANDMARK, 1)),
  ]);
}

/** The landmark's content with its padding: a whole member. */
export function landmarkContent(): Uint8Array {
  const content = Buffer.alloc(1 + tarPaddingBytes(1));
  content[0] = LANDMARK_CONTENT;
  return content;
}

export function landmarkTocEntries(memberOffset: number): TocEntry[] {
  const digest = `sha256:${hash('sha256', Buffer.from([LANDMARK_CONTENT]), 'hex')}`;
  const chunk = { memberOffset, chunkOffset: 0, lengthBytes: 1, digest };
  return tocEntries(metadataFile(NO_PREFETCH_LANDMARK, 1), [chunk], digest);
}

/** The JSON ends at its last brace: readers differ in whether they hash what follows. */
export function tocJson(entries: readonly TocEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, entries }), 'utf8');
}

export function tocTar(json: Uint8Array): Uint8Array {
  const padding = Buffer.alloc(tarPaddingBytes(json.length) + END_OF_ARCHIVE_BYTES);
  return Buffer.concat([tarHeader(metadataFile(TOC_TAR_NAME, json.length)), json, padding]);
}

/** Landmark and TOC: mode, owner and time are zero. */
function metadataFile(name: string, sizeBytes: number): FileEntry {
  return {
    kind: 'file',
    path: rootfsPathFromText(name),
    mode: 0,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    xattrs: [],
    linkGroup: undefined,
    sizeBytes,
    mtimeNanoseconds: 0n,
  };
}
