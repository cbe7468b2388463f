import { LayahError } from '../model/errors.ts';

/** Content that can be read from any place, more than once. */
export interface Replay {
  /** The bytes from `start` to `end`, which must be there. Whoever read before must not go on reading. */
  slice(start: number, end: number): Generator<Uint8Array>;
}

/** @param content begins anew with each call; that is done only to go back. */
export function createReplay(content: () => Iterable<Uint8Array>): Replay {
  const nothing = new Uint8Array(0);
  let pieces = content()[Symbol.iterator]();
  let rest: Uint8Array = nothing;
  let position = 0;
  let reader = 0;
  return {
    *slice(start, end) {
      const self = ++reader;
      if (start < position) {
        pieces = content()[Symbol.iterator]();
        rest = nothing;
        position = 0;
      }
      while (position < end) {
        if (rest.length === 0) rest = nextPiece(pieces);
        const skipped = Math.min(Math.max(0, start - position), rest.length);
        const piece = rest.subarray(skipped, end - position);
        rest = rest.subarray(skipped + piece.length);
        position += skipped + piece.length;
        if (piece.length > 0) yield piece;
        // A request that was given up may still pull at its body.
        if (self !== reader) return;
      }
    },
  };
}

function nextPiece(pieces: Iterator<Uint8Array>): Uint8Array {
  const next = pieces.next();
  if (next.done === true)
    throw new LayahError({ code: 'internal', message: 'the blob to upload ended early' });
  return next.value;
}
