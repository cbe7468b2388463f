import type { Cutter } from './cutter.ts';

/** A cut after every `chunkBytes` bytes. */
export function createFixedSize(chunkBytes: number): Cutter {
  let seenBytes = 0;
  return {
    nextCut(bytes, from) {
      const cut = from + chunkBytes - seenBytes;
      if (cut > bytes.length) {
        seenBytes += bytes.length - from;
        return undefined;
      }
      seenBytes = 0;
      return cut;
    },
    reset() {
      seenBytes = 0;
    },
  };
}
