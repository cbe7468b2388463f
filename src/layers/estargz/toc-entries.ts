import type { LayerEntry } from '../../model/entry.ts';
import { LayahError, unreachable } from '../../model/errors.ts';
import type { TocEntry, TocEntryType } from '../../model/estargz.ts';
import { decodeUtf8 } from '../../model/rootfs-path.ts';
import { tarName } from '../tar-header.ts';

/** One written chunk of a file. */
export interface WrittenChunk {
  readonly memberOffset: number;
  /** Uncompressed bytes of the member before it. */
  readonly innerOffset: number;
  readonly chunkOffset: number;
  readonly lengthBytes: number;
  /** `sha256:<hex>`. */
  readonly digest: string;
}

/** SHA-256 of nothing. */
const EMPTY_DIGEST = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * An entry's row in the TOC, and one for each further chunk. Fields in the order of Go's struct; zero is left out.
 * `fileDigest` is of the whole content; `chunks` is empty for everything but files with content.
 */
export function tocEntries(
  entry: LayerEntry,
  chunks: readonly WrittenChunk[],
  fileDigest: string | undefined,
): TocEntry[] {
  const name = text(tarName(entry));
  const [first, ...rest] = chunks;
  const row: TocEntry = {
    name,
    type: tocType(entry),
    ...(entry.kind === 'file' && entry.sizeBytes > 0 ? { size: entry.sizeBytes } : {}),
    modtime: rfc3339(entry.mtimeSeconds),
    ...linkName(entry),
    ...nonZero('mode', entry.mode),
    ...nonZero('uid', entry.uid),
    ...nonZero('gid', entry.gid),
    ...(first === undefined ? {} : place(first)),
    ...deviceNumbers(entry),
    ...xattrs(entry),
    ...(entry.kind === 'file' ? { digest: fileDigest ?? EMPTY_DIGEST } : {}),
    ...(rest.length > 0 && first !== undefined ? { chunkSize: first.lengthBytes } : {}),
    ...(first === undefined ? {} : { chunkDigest: first.digest }),
  };
  return [row, ...rest.map((chunk, index) => chunkRow(name, chunk, index === rest.length - 1))];
}

function chunkRow(name: string, chunk: WrittenChunk, isLast: boolean): TocEntry {
  return {
    name,
    type: 'chunk',
    ...place(chunk),
    chunkOffset: chunk.chunkOffset,
    ...(isLast ? {} : { chunkSize: chunk.lengthBytes }),
    chunkDigest: chunk.digest,
  };
}

function place({ memberOffset, innerOffset }: WrittenChunk): Pick<TocEntry, 'offset' | 'innerOffset'> {
  return { offset: memberOffset, ...(innerOffset === 0 ? {} : { innerOffset }) };
}

function tocType(entry: LayerEntry): TocEntryType {
  switch (entry.kind) {
    case 'file':
      return 'reg';
    case 'directory':
      return 'dir';
    case 'symlink':
    case 'hardlink':
    case 'fifo':
      return entry.kind;
    case 'character-device':
      return 'char';
    case 'block-device':
      return 'block';
    default:
      return unreachable(entry);
  }
}

function linkName(entry: LayerEntry): Pick<TocEntry, 'linkName'> {
  return entry.kind === 'symlink' || entry.kind === 'hardlink' ? { linkName: text(entry.target) } : {};
}

function nonZero<Key extends 'mode' | 'uid' | 'gid' | 'devMajor' | 'devMinor'>(
  key: Key,
  value: number,
): Partial<Record<Key, number>> {
  const field: Partial<Record<Key, number>> = {};
  if (value !== 0) field[key] = value;
  return field;
}

function deviceNumbers(entry: LayerEntry): Pick<TocEntry, 'devMajor' | 'devMinor'> {
  if (entry.kind !== 'character-device' && entry.kind !== 'block-device') return {};
  return { ...nonZero('devMajor', entry.deviceMajor), ...nonZero('devMinor', entry.deviceMinor) };
}

function xattrs(entry: LayerEntry): Pick<TocEntry, 'xattrs'> {
  if (entry.xattrs.length === 0) return {};
  const values = entry.xattrs.map(
    ({ name, value }) => [text(name), Buffer.from(value).toString('base64')] as const,
  );
  return { xattrs: Object.fromEntries(values) };
}

/** Written also for 0: a reader takes a missing time for the year 1, or for the time of unpacking. */
function rfc3339(mtimeSeconds: number): string {
  return new Date(mtimeSeconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Layers with names that are not UTF-8 are never written as eStargz, see arrange.ts. */
function text(byteString: string): string {
  const decoded = decodeUtf8(byteString);
  if (decoded !== undefined) return decoded;
  throw new LayahError({
    code: 'internal',
    message: `a TOC cannot hold the name ${JSON.stringify(byteString)}`,
  });
}
