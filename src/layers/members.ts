/*
 * Cuts a layer's tar stream into gzip members. Where the cuts are depends on the layer and the chunk size alone,
 * never on jobs or threads.
 *
 *   estargz  a member starts at every payload chunk: chunk | padding | headers up to the next payload
 *   gzip     a member starts every GZIP_MEMBER_BYTES of the stream
 */
import type { LayerContents } from '../model/layer.ts';
import { pieceBytes, splitPiece, type Piece } from './pieces.ts';
import { GZIP_MEMBER_BYTES, MAX_HEADER_RUN_BYTES } from './settings.ts';
import { estargzStream, tarStream, type ChunkStart } from './tar-stream.ts';

export interface Member {
  readonly pieces: readonly Piece[];
  readonly sizeBytes: number;
  /** The chunk whose first byte is the member's first byte; only in eStargz. */
  readonly chunk: ChunkStart | undefined;
}

/** At least one. The TOC's is not among them: it needs what the others compressed to. */
export function layerMembers(layer: LayerContents, chunkSizeBytes: number): Generator<Member> {
  return layer.format === 'estargz' ? estargzMembers(layer, chunkSizeBytes) : streamMembers(layer);
}

function* estargzMembers(layer: LayerContents, chunkSizeBytes: number): Generator<Member> {
  let open = new OpenMember(undefined);
  for (const { piece, chunk } of estargzStream(layer, chunkSizeBytes)) {
    if (chunk !== undefined || open.sizeBytes >= open.limitBytes) {
      // Member 0 is not empty: a layer begins with at least one header.
      yield open.close();
      open = new OpenMember(chunk);
    }
    open.add(piece);
  }
  yield open.close();
}

function* streamMembers(layer: LayerContents): Generator<Member> {
  let open = new OpenMember(undefined);
  for (const piece of tarStream(layer)) {
    let rest: Piece | undefined = piece;
    while (rest !== undefined) {
      if (open.sizeBytes === GZIP_MEMBER_BYTES) {
        yield open.close();
        open = new OpenMember(undefined);
      }
      const [head, tail]: [Piece, Piece | undefined] = splitPiece(rest, GZIP_MEMBER_BYTES - open.sizeBytes);
      open.add(head);
      rest = tail;
    }
  }
  yield open.close();
}

/** A member that still takes pieces. */
class OpenMember {
  readonly #pieces: Piece[] = [];
  readonly #chunk: ChunkStart | undefined;
  sizeBytes = 0;

  constructor(chunk: ChunkStart | undefined) {
    this.#chunk = chunk;
  }

  /** From here on whatever comes next starts a member of its own. */
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
