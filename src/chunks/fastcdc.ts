/*
 * FastCDC: content-defined chunking (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data
 * Deduplication", USENIX ATC 2016), with the three ideas of the paper:
 *
 *   gear hash              hash = (hash << 1) + GEAR[byte]; a byte is shifted out after 32 more, so that whether a chunk may
 *                          end somewhere depends on the 32 bytes before, and on nothing else
 *   skipping               no chunk is smaller than the minimum, so these bytes are not looked at
 *   normalized chunking    cuts are made four times too rarely up to a certain size and four times too often from there on,
 *                          which keeps sizes near the average
 *
 *     chunk   |<------------- minimum ------------->|<-- 1 in 4 averages -->|<-- 4 in 1 average -->| maximum
 *     hash      not looked at           | 32 bytes  |  normal point: 53/64 of the average
 *
 * Two things differ from the paper. The hash has 32 bits, which JavaScript computes in registers, instead of 64. And it is
 * compared with a limit instead of a mask, so that the average need not be a power of two; the upper bits, which more of
 * the bytes have reached, decide in both cases.
 */
import { createHash } from 'node:crypto';
import type { Cutter } from './cutter.ts';

export interface ChunkSizes {
  /** At least `WINDOW_BYTES`. */
  readonly minBytes: number;
  readonly averageBytes: number;
  readonly maxBytes: number;
}

/** A quarter and four times the average: what desync and casync do too. */
export function chunkSizesAround(averageBytes: number): ChunkSizes {
  return { minBytes: averageBytes >>> 2, averageBytes, maxBytes: averageBytes * 4 };
}

/** How many bytes the hash covers: as many as it has bits. */
const WINDOW_BYTES = 32;

/** How much rarer, and then more frequent, than 1 in `averageBytes` a cut is; level 2 of the paper: two bits. */
const NORMALIZATION = 4;

/** Where cuts become frequent, as a share of the average: random bytes then have chunks of that average. */
const NORMAL_POINT = 53 / 64;

/** Part of what a chunk is: other numbers would share nothing with the chunks of old stores. */
const GEAR = gearTable();

/** 256 numbers without any pattern: eight from each SHA-256 of `layah gear 0` to `layah gear 31`, big endian. */
function gearTable(): Int32Array {
  const table = new Int32Array(256);
  for (let block = 0; block < 32; block++) {
    const digest = createHash('sha256').update(`layah gear ${block}`).digest();
    for (let index = 0; index < 8; index++) table[block * 8 + index] = digest.readInt32BE(index * 4);
  }
  return table;
}

export function createFastCdc(sizes: ChunkSizes): Cutter {
  const { minBytes, averageBytes, maxBytes } = sizes;
  const normalBytes = Math.min(Math.max(minBytes, Math.round(averageBytes * NORMAL_POINT)), maxBytes);
  const rareLimit = limitFor(averageBytes * NORMALIZATION);
  const frequentLimit = limitFor(averageBytes / NORMALIZATION);
  const window: Window = { hash: 0, position: 0 };
  let chunkBytes = 0;
  const reset = (): void => {
    chunkBytes = 0;
    window.hash = 0;
  };
  return {
    nextCut(bytes, from) {
      // Where the chunk begins, counted in this buffer: before it, when the chunk began in another.
      const start = from - chunkBytes;
      const within = (sizeBytes: number): number => Math.min(start + sizeBytes, bytes.length);
      window.position = Math.max(from, within(minBytes - WINDOW_BYTES));
      roll(window, bytes, within(minBytes - 1));
      const found =
        rollUntil(window, bytes, { end: within(normalBytes), limit: rareLimit }) ||
        rollUntil(window, bytes, { end: within(maxBytes), limit: frequentLimit });
      chunkBytes = window.position - start;
      if (!found && chunkBytes < maxBytes) return undefined;
      reset();
      return window.position;
    },
    reset,
  };
}

/** Of the 2^32 hashes, which are signed numbers, one in `oneIn` is below it. */
function limitFor(oneIn: number): number {
  return Math.round(2 ** 32 / oneIn) - 2 ** 31;
}

interface Window {
  /** Of the bytes up to `position`. */
  hash: number;
  position: number;
}

function rolled(hash: number, byte: number): number {
  return ((hash << 1) + (GEAR[byte] ?? 0)) | 0;
}

/** Takes in bytes after which no chunk may end. */
function roll(window: Window, bytes: Uint8Array, end: number): void {
  for (; window.position < end; window.position++) {
    window.hash = rolled(window.hash, bytes[window.position] ?? 0);
  }
}

interface Stretch {
  readonly end: number;
  readonly limit: number;
}

/** @returns whether a chunk ends at the new position. */
function rollUntil(window: Window, bytes: Uint8Array, stretch: Stretch): boolean {
  // V8 compares them as integers only if it sees that they are.
  const limit = stretch.limit | 0;
  const end = stretch.end | 0;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { hash, position } = window;
  // The hot loop: eight bytes a turn. Where one of them ends a chunk they are taken again, one by one.
  while (position + 8 <= end) {
    const low = words.getUint32(position, true);
    const high = words.getUint32(position + 4, true);
    const hash1 = rolled(hash, low & 0xff);
    const hash2 = rolled(hash1, (low >>> 8) & 0xff);
    const hash3 = rolled(hash2, (low >>> 16) & 0xff);
    const hash4 = rolled(hash3, low >>> 24);
    if (hash1 < limit || hash2 < limit || hash3 < limit || hash4 < limit) break;
    const hash5 = rolled(hash4, high & 0xff);
    const hash6 = rolled(hash5, (high >>> 8) & 0xff);
    const hash7 = rolled(hash6, (high >>> 16) & 0xff);
    const hash8 = rolled(hash7, high >>> 24);
    if (hash5 < limit || hash6 < limit || hash7 < limit || hash8 < limit) break;
    hash = hash8;
    position += 8;
  }
  while (position < end) {
    hash = rolled(hash, bytes[position++] ?? 0);
    if (hash < limit) return stop(window, hash, position);
  }
  stop(window, hash, position);
  return false;
}

function stop(window: Window, hash: number, position: number): true {
  window.hash = hash;
  window.position = position;
  return true;
}
