import { createHash } from 'node:crypto';
import type { LayerContents } from '../model/layer.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../model/tar-format.ts';
import { tarHeader } from './tar-header.ts';

/** What is known of a layer before the content of its files is read. */
export interface LayerOutline {
  /** The same for the same entries in all but the content of files: an equal one makes an equal layer likely. */
  readonly fingerprint: string;
  /** Of the tar that every reader sees: headers, content, padding, the two blocks at its end. */
  readonly tarBytes: number;
}

/** 48 bits as base64url: whoever finds two that are equal by chance writes a layer that could have stayed. */
const FINGERPRINT_CHARACTERS = 8;

/** @throws LayahError `unsupported-entry` as the writer of the layer does. */
export function outlineLayer({ entries }: Pick<LayerContents, 'entries'>): LayerOutline {
  const hash = createHash('sha256');
  let tarBytes = END_OF_ARCHIVE_BYTES;
  for (const entry of entries) {
    const header = tarHeader(entry);
    hash.update(header);
    const sizeBytes = entry.kind === 'file' ? entry.sizeBytes : 0;
    tarBytes += header.length + sizeBytes + tarPaddingBytes(sizeBytes);
  }
  return { fingerprint: hash.digest('base64url').slice(0, FINGERPRINT_CHARACTERS), tarBytes };
}
