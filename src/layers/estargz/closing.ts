/*
 * What closes an eStargz layer, in members of their own:
 *
 *   TOC header | JSON | padding | 1024 zero bytes
 *   footer
 */
import { TOC_TAR_NAME } from '../../model/estargz.ts';
import type { TocEntry } from '../../model/estargz.ts';
import { singleFileTar } from '../single-file.ts';

/** The JSON ends at its last brace: readers differ in whether they hash what follows. */
export function tocJson(entries: readonly TocEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, entries }), 'utf8');
}

/** A whole tar with the TOC as its only entry. */
export function tocTar(json: Uint8Array): Uint8Array {
  return singleFileTar(TOC_TAR_NAME, json);
}
