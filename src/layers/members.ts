/*
 * Cuts a layer's tar stream into gzip members. Where the cuts are depends on the layer and the chunk size alone,
 * never on jobs or threads.
 *
 *   estargz  a member starts at every payload chunk: chunk | padding | headers up to the next payload
 *   gzip     a member starts every GZIP_MEMBER_BYTES of the stream
 */
import type { FileEntry, LayerEntry } from '../model/entry.ts';
import type { LayerContents } from '../model/layer.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../model/tar-format.ts';
import { GZIP_MEMBER_BYTES, MAX_HEADER_RUN_BYTES } from './settings.ts';
import { tarHeader } from './tar-header.ts';

/** Part of a regular file, to be read where the work is done. */
export interface FileRange {
  readonly kind: 'file-range';
  readonly path: RootfsPath;
  readonly offset: number;
  readonly lengthBytes: number;
  /** Of the whole file, as scanned; it must still be so. */
  readonly sizeBytes: number;
  readonly mtimeNanoseconds: bigint;
}

export interface LiteralBytes {
  readonly kind: 'literal';
  readonly bytes: Uint8Array;
}

export type Piece = FileRange | LiteralBytes;

export interface Member {
  readonly pieces: readonly Piece[];
  readonly sizeBytes: number;
  /** The chunk whose first byte is the member's first byte; only in eStargz. */
  readonly chunk: ChunkStart | undefined;
}

export interface ChunkStart {
  /** Index into `LayerContents.entries`. */
  readonly entryIndex: number;
  readonly chunkOffset: number;
  readonly lengthBytes: number;
}

/** All members but landmark and TOC, which need what the others compressed to. */
export function layerMembers(layer: LayerContents, chunkSizeBytes: number): Generator<Member> {
  return layer.format === 'estargz' ? estargzMembers(layer, chunkSizeBytes) : streamMembers(layer);
}

function* estargzMembers(layer: LayerContents, chunkSizeBytes: number): Generator<Member> {
  let open = new OpenMember(undefined);
  for (const [entryIndex, entry] of layer.entries.entries()) {
    if (open.sizeBytes >= open.limitBytes) {
      yield open.close();
      open = new OpenMember(undefined);
    }
    open.add(literal(tarHeader(entry)));
    if (!hasContent(entry)) continue;
    for (const range of fileRanges(entry, chunkSizeBytes)) {
      // Member 0 may not be empty: a layer begins with at least one header.
      yield open.close();
      const { offset: chunkOffset, lengthBytes } = range;
      open = new OpenMember({ entryIndex, chunkOffset, lengthBytes });
      open.add(range);
    }
    open.add(padding(entry.sizeBytes));
  }
  yield open.close();
}

function* streamMembers(layer: LayerContents): Generator<Member> {
  let open = new OpenMember(undefined);
  for (const piece of streamPieces(layer)) {
    let rest: Piece | undefined = piece;
    while (rest !== undefined) {
      const room = GZIP_MEMBER_BYTES - open.sizeBytes;
      const [head, tail]: [Piece, Piece | undefined] = splitPiece(rest, room);
      open.add(head);
      rest = tail;
      if (open.sizeBytes < GZIP_MEMBER_BYTES) continue;
      yield open.close();
      open = new OpenMember(undefined);
    }
  }
  if (open.sizeBytes > 0) yield open.close();
}

function* streamPieces(layer: LayerContents): Generator<Piece> {
  for (const entry of layer.entries) {
    yield literal(tarHeader(entry));
    if (!hasContent(entry)) continue;
    yield fileRange(entry, 0, entry.sizeBytes);
    yield padding(entry.sizeBytes);
  }
  yield literal(new Uint8Array(END_OF_ARCHIVE_BYTES));
}

function hasContent(entry: LayerEntry): entry is FileEntry {
  return entry.kind === 'file' && entry.sizeBytes > 0;
}

function* fileRanges(entry: FileEntry, chunkSizeBytes: number): Generator<FileRange> {
  for (let offset = 0; offset < entry.sizeBytes; offset += chunkSizeBytes) {
    yield fileRange(entry, offset, Math.min(chunkSizeBytes, entry.sizeBytes - offset));
  }
}

function fileRange(entry: FileEntry, offset: number, lengthBytes: number): FileRange {
  const { path, sizeBytes, mtimeNanoseconds } = entry;
  return { kind: 'file-range', path, offset, lengthBytes, sizeBytes, mtimeNanoseconds };
}

function literal(bytes: Uint8Array): LiteralBytes {
  return { kind: 'literal', bytes };
}

function padding(sizeBytes: number): LiteralBytes {
  return literal(new Uint8Array(tarPaddingBytes(sizeBytes)));
}

function splitPiece(piece: Piece, room: number): [Piece, Piece | undefined] {
  if (pieceBytes(piece) <= room) return [piece, undefined];
  if (piece.kind === 'literal')
    return [literal(piece.bytes.subarray(0, room)), literal(piece.bytes.subarray(room))];
  const head = { ...piece, lengthBytes: room };
  const tail = { ...piece, offset: piece.offset + room, lengthBytes: piece.lengthBytes - room };
  return [head, tail];
}

function pieceBytes(piece: Piece): number {
  return piece.kind === 'literal' ? piece.bytes.length : piece.lengthBytes;
}

/** A member that still takes pieces. */
class OpenMember {
  readonly #pieces: Piece[] = [];
  readonly #chunk: ChunkStart | undefined;
  sizeBytes = 0;

  constructor(chunk: ChunkStart | undefined) {
    this.#chunk = chunk;
  }

  /** From here on the next header starts a member of its own. */
  get limitBytes(): number {
    return (this.#chunk?.lengthBytes ?? 0) + MAX_HEADER_RUN_BYTES;
  }

  add(piece: Piece): void {
    const added = pieceBytes(piece);
    if (added === 0) return;
    this.#pieces.push(piece);
    this.sizeBytes += added;
  }

  close(): Member {
    return { pieces: this.#pieces, sizeBytes: this.sizeBytes, chunk: this.#chunk };
  }
}
