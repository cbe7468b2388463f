/*
 * A layer as the pieces of its tar stream, in order.
 */
import type { ContentSource, LayerContents } from '../model/layer.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../model/tar-format.ts';
import { hasContent, listedEntries } from './estargz/listed-entries.ts';
import {
  contentRange,
  headerRange,
  literal,
  pieceBytes,
  splitEvery,
  type LiteralBytes,
  type Piece,
} from './pieces.ts';
import { MAX_HEADER_RUN_BYTES } from './settings.ts';
import { tarHeader } from './tar-header.ts';

/** What a reader of the TOC wants to find: part of a file. */
export interface ChunkStart {
  /** Index into what the TOC lists. */
  readonly entryIndex: number;
  readonly chunkOffset: number;
  readonly lengthBytes: number;
  readonly isLandmark: boolean;
}

export interface StreamPart {
  readonly piece: Piece;
  /** Set when the piece is a chunk. */
  readonly chunk: ChunkStart | undefined;
}

/** Up to the TOC's entry. */
export function estargzStream(layer: LayerContents, chunkSizeBytes: number): Generator<StreamPart> {
  return layer.source.kind === 'verbatim-tar'
    ? verbatimParts(layer, layer.source, chunkSizeBytes)
    : writtenParts(layer, chunkSizeBytes);
}

/** A tar without any trace of eStargz. */
export function* tarStream({ entries, source }: LayerContents): Generator<Piece> {
  if (source.kind === 'verbatim-tar') {
    yield tarRange(source, 0, source.sizeBytes);
    return;
  }
  for (const [index, entry] of entries.entries()) {
    yield headerRange(source, index) ?? literal(tarHeader(entry));
    if (!hasContent(entry)) continue;
    yield contentRange(source, entry, index);
    yield padding(entry.sizeBytes);
  }
  yield endOfArchive();
}

function* writtenParts(layer: LayerContents, chunkSizeBytes: number): Generator<StreamPart> {
  const prefetches = layer.prefetchedEntryCount > 0;
  let entryIndex = -1;
  for (const { entry, header, content, isLandmark } of listedEntries(layer)) {
    entryIndex++;
    if (isLandmark && !prefetches) yield plain(endOfArchive());
    yield* runs(header ?? literal(tarHeader(entry)));
    if (content === undefined) continue;
    yield* chunks(content, { entryIndex, isLandmark, chunkSizeBytes });
    if (hasContent(entry)) yield plain(padding(entry.sizeBytes));
  }
  if (prefetches) yield plain(endOfArchive());
}

type VerbatimSource = Extract<ContentSource, { kind: 'verbatim-tar' }>;

function* verbatimParts(
  layer: LayerContents,
  source: VerbatimSource,
  chunkSizeBytes: number,
): Generator<StreamPart> {
  let at = 0;
  let entryIndex = -1;
  for (const { content } of listedEntries(layer)) {
    entryIndex++;
    if (content?.kind !== 'tar-range') continue;
    yield* unlisted(source, at, content.offset);
    yield* chunks(content, { entryIndex, isLandmark: false, chunkSizeBytes });
    at = content.offset + content.lengthBytes;
  }
  yield* unlisted(source, at, source.sizeBytes);
}

/** Headers, padding, contents of entries that the TOC leaves out: no longer at a time than a run of headers. */
function* unlisted(source: VerbatimSource, start: number, end: number): Generator<StreamPart> {
  if (start < end) yield* runs(tarRange(source, start, end - start));
}

function* runs(piece: Piece): Generator<StreamPart> {
  for (const part of splitEvery(piece, MAX_HEADER_RUN_BYTES)) yield plain(part);
}

function tarRange({ descriptor }: VerbatimSource, offset: number, lengthBytes: number): Piece {
  return { kind: 'tar-range', descriptor, offset, lengthBytes };
}

interface ChunkedContent {
  readonly entryIndex: number;
  readonly isLandmark: boolean;
  readonly chunkSizeBytes: number;
}

function* chunks(content: Piece, chunked: ChunkedContent): Generator<StreamPart> {
  const { entryIndex, isLandmark, chunkSizeBytes } = chunked;
  let chunkOffset = 0;
  for (const piece of splitEvery(content, chunkSizeBytes)) {
    const lengthBytes = pieceBytes(piece);
    yield { piece, chunk: { entryIndex, chunkOffset, lengthBytes, isLandmark } };
    chunkOffset += lengthBytes;
  }
}

function plain(piece: Piece): StreamPart {
  return { piece, chunk: undefined };
}

const ZEROS = new Uint8Array(END_OF_ARCHIVE_BYTES);

function padding(sizeBytes: number): LiteralBytes {
  return literal(ZEROS.subarray(0, tarPaddingBytes(sizeBytes)));
}

function endOfArchive(): LiteralBytes {
  return literal(ZEROS);
}
