/** Says where the chunks of a stream end. It sees the stream in buffers of any size and copies none of it. */
export interface Cutter {
  /**
   * Goes on through the stream: `bytes` from `from` on are the next ones.
   * @returns the offset in `bytes` behind the last byte of the chunk; undefined when the chunk goes on after `bytes`.
   */
  nextCut(bytes: Uint8Array, from: number): number | undefined;
  /** The stream ends, and with it the chunk: what comes is the beginning of another one. */
  reset(): void;
}

/**
 * The parts of chunks that a buffer holds, in order.
 * @param onPart gets each with whether its chunk ends there.
 */
export function cutBuffer(
  cutter: Cutter,
  bytes: Uint8Array,
  onPart: (part: Uint8Array, endsChunk: boolean) => void,
): void {
  for (let from = 0; from < bytes.length;) {
    const cut = cutter.nextCut(bytes, from);
    onPart(bytes.subarray(from, cut), cut !== undefined);
    from = cut ?? bytes.length;
  }
}
