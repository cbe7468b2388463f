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

/** A field that is undefined is left out of the JSON. One object literal is faster than spreading those that are there. */
export type TocRow = Pick<TocEntry, 'name' | 'type'> & {
  readonly [Field in keyof Omit<TocEntry, 'name' | 'type'>]: TocEntry[Field] | undefined;
};

/**
 * An entry's row in the TOC, and one for each further chunk. Fields in the order of Go's struct; zero is left out.
 * `fileDigest` is of the whole content; `chunks` is empty for everything but files with content.
 */
export function tocEntries(
  entry: LayerEntry,
  chunks: readonly WrittenChunk[],
  fileDigest: string | undefined,
): TocRow[] {
  const name = text(tarName(entry));
  const [first, ...rest] = chunks;
  const isFile = entry.kind === 'file';
  const isDevice = entry.kind === 'character-device' || entry.kind === 'block-device';
  const row: TocRow = {
    name,
    type: tocType(entry),
    size: isFile ? nonZero(entry.sizeBytes) : undefined,
    modtime: rfc3339(entry.mtimeSeconds),
    linkName: entry.kind === 'symlink' || entry.kind === 'hardlink' ? text(entry.target) : undefined,
    mode: nonZero(entry.mode),
    uid: nonZero(entry.uid),
    gid: nonZero(entry.gid),
    offset: first?.memberOffset,
    innerOffset: first && nonZero(first.innerOffset),
    devMajor: isDevice ? nonZero(entry.deviceMajor) : undefined,
    devMinor: isDevice ? nonZero(entry.deviceMinor) : undefined,
    xattrs: xattrs(entry),
    digest: isFile ? (fileDigest ?? EMPTY_DIGEST) : undefined,
    chunkSize: rest.length > 0 ? first?.lengthBytes : undefined,
    chunkDigest: first?.digest,
  };
  return [row, ...rest.map((chunk, index) => chunkRow(name, chunk, index === rest.length - 1))];
}

function chunkRow(name: string, chunk: WrittenChunk, isLast: boolean): TocRow {
  return {
    name,
    type: 'chunk',
    offset: chunk.memberOffset,
    innerOffset: nonZero(chunk.innerOffset),
    chunkOffset: chunk.chunkOffset,
    chunkSize: isLast ? undefined : chunk.lengthBytes,
    chunkDigest: chunk.digest,
  };
}

function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
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

function xattrs(entry: LayerEntry): TocEntry['xattrs'] {
  if (entry.xattrs.length === 0) return undefined;
  const values = entry.xattrs.map(
    ({ name, value }) => [text(name), Buffer.from(value).toString('base64')] as const,
  );
  return Object.fromEntries(values);
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
