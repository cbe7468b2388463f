/*
 * What closes an eStargz layer, in members of their own:
 *
 *   TOC header | JSON | padding | 1024 zero bytes
 *   footer
 */
import { TOC_TAR_NAME } from '../../model/estargz.ts';
import type { TocEntry } from '../../model/estargz.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../../model/tar-format.ts';
import { tarHeader } from '../tar-header.ts';
import { metadataFile } from './metadata-file.ts';

/** The JSON ends at its last brace: readers differ in whether they hash what follows. */
export function tocJson(entries: readonly TocEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, entries }), 'utf8');
}

export function tocTar(json: Uint8Array): Uint8Array {
  const padding = Buffer.alloc(tarPaddingBytes(json.length) + END_OF_ARCHIVE_BYTES);
  return Buffer.concat([tarHeader(metadataFile(TOC_TAR_NAME, json.length)), json, padding]);
}
