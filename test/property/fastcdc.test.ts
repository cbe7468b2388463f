import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cutter, cutBuffer } from '../../src/chunks/cutter.ts';
import { chunkSizesAround, createFastCdc } from '../../src/chunks/fastcdc.ts';
import { createFixedSize } from '../../src/chunks/fixed-size.ts';
import { noise } from '../unit/chunks/noise.ts';

const SIZES = chunkSizesAround(256);
/** How many bytes the hash covers. */
const WINDOW_BYTES = 32;

/** Bytes with stretches that repeat, such as files have. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 900 }),
      fc
        .tuple(fc.nat(255), fc.integer({ min: 1, max: 3000 }))
        .map(([byte, count]) => Buffer.alloc(count, byte)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

const bufferSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 });

/** The chunks of bytes that arrive in buffers of these sizes, again and again; the last one ends with the bytes. */
function chunksOf(cutter: Cutter, bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): Buffer[] {
  const chunks: Buffer[] = [];
  let parts: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const buffer = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    cutBuffer(cutter, buffer, (part, endsChunk) => {
      parts.push(part);
      if (!endsChunk) return;
      chunks.push(Buffer.concat(parts));
      parts = [];
    });
    at += buffer.length;
  }
  if (parts.length > 0) chunks.push(Buffer.concat(parts));
  return chunks;
}

/** Where chunks end in the bytes. */
function cutsOf(cutter: Cutter, bytes: Uint8Array, sizes?: readonly number[]): number[] {
  let at = 0;
  return chunksOf(cutter, bytes, sizes).map((chunk) => (at += chunk.length));
}

describe.each([
  ['content-defined', () => createFastCdc(SIZES)],
  ['fixed-size', () => createFixedSize(256)],
])('%s chunks', (_name, createCutter) => {
  it('are the stream, one after the other', () => {
    fc.assert(
      fc.property(content, bufferSizes, (bytes, sizes) => {
        expect(Buffer.concat(chunksOf(createCutter(), bytes, sizes)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('are the same however the stream is split into buffers', () => {
    fc.assert(
      fc.property(content, bufferSizes, (bytes, sizes) => {
        expect(cutsOf(createCutter(), bytes, sizes)).toEqual(cutsOf(createCutter(), bytes));
      }),
    );
  });

  it('begin anew after a reset', () => {
    fc.assert(
      fc.property(content, content, (before, bytes) => {
        const cutter = createCutter();
        chunksOf(cutter, before);
        cutter.reset();
        expect(cutsOf(cutter, bytes)).toEqual(cutsOf(createCutter(), bytes));
      }),
    );
  });
});

describe('content-defined chunks', () => {
  it('are neither smaller than the minimum, but for the last, nor larger than the maximum', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const sizes = chunksOf(createFastCdc(SIZES), bytes).map(({ length }) => length);
        for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(SIZES.minBytes);
        for (const size of sizes) expect(size).toBeLessThanOrEqual(SIZES.maxBytes);
      }),
    );
  });

  it('end where the 32 bytes before say so, whatever the chunk has before these', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, otherSeed) => {
        const bytes = noise(seed + 1, SIZES.maxBytes);
        const [end = 0] = cutsOf(createFastCdc(SIZES), bytes);
        fc.pre(end < SIZES.maxBytes);
        const other = Buffer.from(bytes);
        noise(otherSeed + 1, end - WINDOW_BYTES).copy(other);
        const [otherEnd = 0] = cutsOf(createFastCdc(SIZES), other);
        // The other bytes may have a cut of their own before.
        expect(otherEnd).toBeLessThanOrEqual(end);
      }),
    );
  });

  it('are the same again soon after an edit in the middle, however many bytes it adds or takes', () => {
    const edit = fc.record({
      at: fc.integer({ min: 10_000, max: 20_000 }),
      removed: fc.integer({ min: 0, max: 300 }),
      inserted: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.nat(), edit, (seed, { at, removed, inserted }) => {
        const bytes = noise(seed + 1, 60_000);
        const edited = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
        const before = cutsOf(createFastCdc(SIZES), bytes);
        const after = cutsOf(createFastCdc(SIZES), edited);
        expect(after.filter((cut) => cut <= at)).toEqual(before.filter((cut) => cut <= at));
        const shift = edited.length - bytes.length;
        const shifted = new Set(before.map((cut) => cut + shift));
        const firstCommon = after.find((cut) => cut > at + inserted.length && shifted.has(cut)) ?? Infinity;
        // Two series of cuts meet as soon as both may end at the same place: after some chunks.
        expect(firstCommon - at).toBeLessThan(40 * SIZES.averageBytes);
        const isAfter = (cut: number): boolean => cut >= firstCommon;
        expect(after.filter(isAfter)).toEqual([...shifted].filter(isAfter));
      }),
      { numRuns: 50 },
    );
  });
});

describe('FastCDC', () => {
  it.each([4096, 65_536, 100_000])('gives random bytes chunks of %i bytes on average', (averageBytes) => {
    const bytes = noise(1, 400 * averageBytes > 16 << 20 ? 16 << 20 : 400 * averageBytes);
    const chunks = chunksOf(createFastCdc(chunkSizesAround(averageBytes)), bytes);
    expect(bytes.length / chunks.length / averageBytes).toBeCloseTo(1, 1);
  });

  it('always cuts the same bytes at the same places', () => {
    const cuts = cutsOf(createFastCdc(chunkSizesAround(4096)), noise(8, 40_000));
    expect(cuts).toMatchInlineSnapshot(`
      [
        3466,
        7050,
        10510,
        14343,
        18266,
        24784,
        28636,
        32558,
        34147,
        39171,
        40000,
      ]
    `);
  });

  it('cuts bytes that are all alike at the maximum or the minimum', () => {
    const sizes = chunksOf(createFastCdc(SIZES), Buffer.alloc(10_000)).map(({ length }) => length);
    expect(new Set(sizes.slice(0, -1)).size).toBe(1);
  });
});
