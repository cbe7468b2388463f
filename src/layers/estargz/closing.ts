/*
 * What closes an eStargz layer, in members of their own:
 *
 *   TOC header | JSON | padding | 1024 zero bytes
 *   footer
 */
import { TOC_TAR_NAME } from '../../model/estargz.ts';
import type { TocEntry } from '../../model/estargz.ts';
import { singleFileTar } from '../single-file.ts';

/** Text of this many characters is encoded at a time. */
const BATCH_CHARACTERS = 1 << 20;

/**
 * The JSON, in parts. It ends at its last brace: readers differ in whether they hash what follows. Written row by row: all
 * rows of a layer with hundreds of thousands of files, and their text, would take as many megabytes.
 */
export function tocJson(entries: Iterable<TocEntry>): Buffer[] {
  const encoded: Buffer[] = [];
  let text = '{"version":1,"entries":[';
  let separator = '';
  for (const entry of entries) {
    text += separator + JSON.stringify(entry);
    separator = ',';
    if (text.length < BATCH_CHARACTERS) continue;
    encoded.push(Buffer.from(text, 'utf8'));
    text = '';
  }
  encoded.push(Buffer.from(`${text}]}`, 'utf8'));
  return encoded;
}

/** A whole tar with the TOC as its only entry. */
export function tocTar(json: readonly Uint8Array[]): Uint8Array {
  return singleFileTar(TOC_TAR_NAME, json);
}
