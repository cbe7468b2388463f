/** Pieces as a layer hands them over: all in one buffer, each overwritten by the next. */
export function* overwrittenPieces(content: Uint8Array, pieceBytes: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes);
  for (let at = 0; at < content.length; at += pieceBytes) {
    const piece = content.subarray(at, at + pieceBytes);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
  buffer.fill(0);
}
