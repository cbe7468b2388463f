/*
 * Pieces of a layer's tar stream: bytes that are there already, or a range of a file that is read where the work is done.
 */
import type { FileEntry } from '../model/entry.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import type { ContentSource } from '../model/layer.ts';

/** Part of a regular file of the root filesystem. */
export interface FileRange {
  readonly kind: 'file-range';
  readonly path: RootfsPath;
  readonly offset: number;
  readonly lengthBytes: number;
  /** Of the whole file, as scanned; it must still be so. */
  readonly sizeBytes: number;
  readonly mtimeNanoseconds: bigint;
}

/** Part of a tar that is open already. */
export interface TarRange {
  readonly kind: 'tar-range';
  readonly descriptor: number;
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface LiteralBytes {
  readonly kind: 'literal';
  readonly bytes: Uint8Array;
}

export type ReadRange = FileRange | TarRange;
export type Piece = ReadRange | LiteralBytes;

/** The content of a whole file. `entryIndex` is its place among the layer's entries. */
export function contentRange(source: ContentSource, entry: FileEntry, entryIndex: number): ReadRange {
  const { path, sizeBytes, mtimeNanoseconds } = entry;
  if (source.kind === 'rootfs') {
    return { kind: 'file-range', path, offset: 0, lengthBytes: sizeBytes, sizeBytes, mtimeNanoseconds };
  }
  const { descriptor, offsets } = source;
  return { kind: 'tar-range', descriptor, offset: offsets[entryIndex] ?? 0, lengthBytes: sizeBytes };
}

/** The headers of an entry that are kept to the byte; undefined when they are to be written anew. */
export function headerRange(source: ContentSource, entryIndex: number): TarRange | undefined {
  if (source.kind !== 'tar') return undefined;
  const { descriptor, headerOffsets, offsets } = source;
  const offset = headerOffsets?.[entryIndex];
  if (offset === undefined) return undefined;
  return { kind: 'tar-range', descriptor, offset, lengthBytes: (offsets[entryIndex] ?? 0) - offset };
}

export function literal(bytes: Uint8Array): LiteralBytes {
  return { kind: 'literal', bytes };
}

export function pieceBytes(piece: Piece): number {
  return piece.kind === 'literal' ? piece.bytes.length : piece.lengthBytes;
}

/** The first `bytes` of a piece, and what is left of it. */
export function splitPiece(piece: Piece, bytes: number): [Piece, Piece | undefined] {
  if (pieceBytes(piece) <= bytes) return [piece, undefined];
  if (piece.kind === 'literal') {
    return [literal(piece.bytes.subarray(0, bytes)), literal(piece.bytes.subarray(bytes))];
  }
  const head = { ...piece, lengthBytes: bytes };
  const tail = { ...piece, offset: piece.offset + bytes, lengthBytes: piece.lengthBytes - bytes };
  return [head, tail];
}

/** Pieces of at most `maxBytes`. */
export function* splitEvery(piece: Piece, maxBytes: number): Generator<Piece> {
  let rest: Piece | undefined = piece;
  while (rest !== undefined) {
    const [head, tail]: [Piece, Piece | undefined] = splitPiece(rest, maxBytes);
    yield head;
    rest = tail;
  }
}
