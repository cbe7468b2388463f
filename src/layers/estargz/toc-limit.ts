/*
 * How large a TOC may be. How large it will be is known only when its layer is compressed, but nearly so before: a layer
 * whose TOC cannot be written is refused at once, not after hours.
 */
import type { LayerEntry } from '../../model/entry.ts';
import { LayahError } from '../../model/errors.ts';
import type { TocEntry } from '../../model/estargz.ts';
import { formatCount } from '../../model/human-numbers.ts';
import type { LayerContents } from '../../model/layer.ts';
import { displayPath, type RootfsPath } from '../../model/rootfs-path.ts';

/** More than `node:crypto` hashes at once, and some six million files. */
export const MAX_TOC_TAR_BYTES = 2 ** 31 - 1;

/** @throws LayahError `unsupported-entry` naming the path for which there is no more room. */
export function refuseLargeToc(
  { format, entries }: LayerContents,
  chunkSizeBytes: number,
  maxBytes = MAX_TOC_TAR_BYTES,
): void {
  if (format !== 'estargz') return;
  let bytes = 0;
  for (const entry of entries) {
    bytes += leastBytes(entry, chunkSizeBytes);
    if (bytes > maxBytes) throw tocTooLarge(entry.path, maxBytes);
  }
}

export function tocTooLarge(path: RootfsPath, maxBytes: number): LayahError {
  return new LayahError({
    code: 'unsupported-entry',
    message: `the table of contents of the layer with ${displayPath(path)} would be above ${formatCount(maxBytes)} bytes`,
    hint:
      'Use larger chunks (--chunk-size), layers without tables of contents (--compression gzip) or, in a build, more ' +
      'layers (--max-layers, --max-layer-size).',
  });
}

/** What an entry takes at least: without what it may leave out, with the shortest numbers, and nothing escaped in its name. */
function leastBytes(entry: LayerEntry, chunkSizeBytes: number): number {
  const nameBytes = entry.path.length;
  if (entry.kind !== 'file') return nameBytes + OTHER_BYTES;
  if (entry.sizeBytes === 0) return nameBytes + EMPTY_FILE_BYTES;
  const furtherChunks = Math.ceil(entry.sizeBytes / chunkSizeBytes) - 1;
  return nameBytes + FILE_BYTES + furtherChunks * (nameBytes + CHUNK_BYTES);
}

const MODTIME = '1970-01-01T00:00:00Z';
const DIGEST = `sha256:${'0'.repeat(64)}`;

const OTHER_BYTES = rowBytes({ name: '', type: 'dir', modtime: MODTIME });
const EMPTY_FILE_BYTES = rowBytes({ name: '', type: 'reg', modtime: MODTIME, digest: DIGEST });
const FILE_BYTES = rowBytes({
  name: '',
  type: 'reg',
  size: 1,
  modtime: MODTIME,
  offset: 1,
  digest: DIGEST,
  chunkDigest: DIGEST,
});
const CHUNK_BYTES = rowBytes({ name: '', type: 'chunk', offset: 1, chunkOffset: 1, chunkDigest: DIGEST });

/** With the comma behind it. */
function rowBytes(row: TocEntry): number {
  return JSON.stringify(row).length + 1;
}
