/**
 * The memory of a large buffer begins 16 bytes behind the begin of a page. From a page to up to 31 bytes behind another's
 * begin AMD's Zen copies at a quarter of its speed, which is what reading a file of the page cache would then be.
 */
const SHIFT_BYTES = 48;

/** Memory to read files into. */
export function allocateReadBuffer(sizeBytes: number): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(sizeBytes + SHIFT_BYTES).subarray(SHIFT_BYTES);
}

/** The same for memory that threads share; zeroed. */
export function allocateSharedReadBuffer(sizeBytes: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(sizeBytes + SHIFT_BYTES), SHIFT_BYTES);
}
