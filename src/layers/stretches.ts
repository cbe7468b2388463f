/*
 * Cuts a layer's tar stream into stretches, each of which is a gzip member or, with --min-chunk-size, part of one. Where the
 * cuts are depends on the layer and the chunk size alone, never on threads.
 *
 *   estargz  a stretch starts at every payload chunk: chunk | padding | headers up to the next payload
 *   gzip     a stretch starts every GZIP_MEMBER_BYTES of the stream
 */
import type { LayerContents } from '../model/layer.ts';
import { pieceBytes, splitPiece, type Piece } from './pieces.ts';
import { GZIP_MEMBER_BYTES, MAX_HEADER_RUN_BYTES } from './settings.ts';
import { estargzStream, tarStream, type ChunkStart } from './tar-stream.ts';

export interface Stretch {
  readonly pieces: readonly Piece[];
  readonly sizeBytes: number;
  /** The chunk whose first byte is the stretch's first byte; only in eStargz. */
  readonly chunk: ChunkStart | undefined;
  /** Whether it may stand in the gzip member of the stretch before. */
  readonly mayJoin: boolean;
}

/** At least one. The TOC's is not among them: it needs what the others compressed to. */
export function layerStretches(layer: LayerContents, chunkSizeBytes: number): Generator<Stretch> {
  return layer.format === 'estargz'
    ? estargzStretches(layer, chunkSizeBytes)
    : tarStretches(layer, GZIP_MEMBER_BYTES);
}

/**
 * The first payload and the landmark start members. A reader takes an empty file for one in the member at offset 0, and
 * fails when that has a payload (stargz-snapshotter, estargz/estargz.go, initFields); what is prefetched ends at the landmark's.
 */
function* estargzStretches(layer: LayerContents, chunkSizeBytes: number): Generator<Stretch> {
  let open = new OpenStretch({ chunk: undefined, mayJoin: false });
  let foundPayload = false;
  for (const { piece, chunk } of estargzStream(layer, chunkSizeBytes)) {
    if (chunk !== undefined || open.sizeBytes >= open.limitBytes) {
      // The first one is not empty: a layer begins with at least one header.
      yield open.close();
      open = new OpenStretch({ chunk, mayJoin: chunk === undefined || (foundPayload && !chunk.isLandmark) });
      foundPayload ||= chunk !== undefined;
    }
    open.add(piece);
  }
  yield open.close();
}

/** The tar itself, cut every so many bytes. */
export function* tarStretches(layer: LayerContents, stretchBytes: number): Generator<Stretch> {
  let open = new OpenStretch({ chunk: undefined, mayJoin: false });
  for (const piece of tarStream(layer)) {
    let rest: Piece | undefined = piece;
    while (rest !== undefined) {
      if (open.sizeBytes === stretchBytes) {
        yield open.close();
        open = new OpenStretch({ chunk: undefined, mayJoin: false });
      }
      const [head, tail]: [Piece, Piece | undefined] = splitPiece(rest, stretchBytes - open.sizeBytes);
      open.add(head);
      rest = tail;
    }
  }
  yield open.close();
}

/** A stretch that still takes pieces. */
class OpenStretch {
  readonly #pieces: Piece[] = [];
  readonly #start: Pick<Stretch, 'chunk' | 'mayJoin'>;
  sizeBytes = 0;

  constructor(start: Pick<Stretch, 'chunk' | 'mayJoin'>) {
    this.#start = start;
  }

  /** From here on whatever comes next starts a stretch of its own. */
  get limitBytes(): number {
    return (this.#start.chunk?.lengthBytes ?? 0) + MAX_HEADER_RUN_BYTES;
  }

  add(piece: Piece): void {
    const added = pieceBytes(piece);
    if (added === 0) return;
    this.#pieces.push(piece);
    this.sizeBytes += added;
  }

  close(): Stretch {
    return { pieces: this.#pieces, sizeBytes: this.sizeBytes, ...this.#start };
  }
}
