import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestTable } from '../../src/chunks/digest-table.ts';
import { createReadBudget } from '../../src/images/read-budget.ts';
import { createTarSplitter } from '../../src/images/split-tar.ts';
import { noise } from '../unit/chunks/noise.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from '../unit/images/tar-blocks.ts';

const entry = fc
  .record({
    name: fc.constantFrom('a', 'b/', 'é', 'x'.repeat(100)),
    size: fc.constantFrom(0, 1, 511, 512, 513, 5000),
    extended: fc.boolean(),
  })
  .map(({ name, size, extended }) =>
    Buffer.concat([
      extended ? extension('x', paxBody([['path', 'longer']])) : Buffer.alloc(0),
      name.endsWith('/')
        ? tarBlock({ name, type: '5' })
        : Buffer.concat([tarBlock({ name, size }), padded(noise(size + 1, size))]),
    ]),
  );

/** A tar, and what may follow it or stand in its middle. */
const tar = fc
  .record({
    entries: fc.array(entry, { maxLength: 8 }),
    strange: fc.option(fc.constantFrom(tarBlock({ name: 's', type: 'S' }), noise(9, 700)), {
      nil: undefined,
    }),
    end: fc.constantFrom(Buffer.alloc(0), END_OF_ARCHIVE, Buffer.alloc(512), Buffer.alloc(10_240)),
    trailing: fc.constantFrom(Buffer.alloc(0), noise(3, 2000)),
    cut: fc.nat(300),
  })
  .map(({ entries, strange, end, trailing, cut }) => {
    const middle = strange === undefined ? [] : [strange];
    const bytes = Buffer.concat([...entries.slice(0, 4), ...middle, ...entries.slice(4), end, trailing]);
    return cut > 200 ? bytes.subarray(0, Math.max(0, bytes.length - cut)) : bytes;
  });

const pieceSizes = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 12 });

function split(bytes: Buffer, sizes: readonly number[]) {
  const parts: Buffer[] = [];
  const contents: string[] = [];
  const push = (part: Buffer): void => void parts.push(part);
  let hash = createHash('sha256');
  const splitter = createTarSplitter(
    {
      entry: (_header, raw) => push(raw),
      content(part, endsFile) {
        push(part);
        hash.update(part);
        if (!endsFile) return;
        contents.push(hash.digest('hex'));
        hash = createHash('sha256');
      },
      raw: push,
      rest: push,
    },
    createReadBudget({ compressedBytes: bytes.length, maxInflatedBytes: undefined, maxEntries: undefined }),
  );
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    splitter.push(piece);
    at += piece.length;
  }
  return { problem: splitter.finish(), bytes: Buffer.concat(parts), contents };
}

describe('a tar that is split', () => {
  it('is its parts, one after the other, whatever it is and in whatever pieces it comes', () => {
    fc.assert(
      fc.property(tar, pieceSizes, (bytes, sizes) => {
        expect(split(bytes, sizes).bytes.equals(bytes)).toBe(true);
      }),
    );
  });

  it('has the same files in whatever pieces it comes', () => {
    fc.assert(
      fc.property(tar, pieceSizes, (bytes, sizes) => {
        const { problem, contents } = split(bytes, [bytes.length]);
        const inPieces = split(bytes, sizes);
        expect(inPieces.contents).toEqual(contents);
        expect(inPieces.problem).toEqual(problem);
      }),
    );
  });
});

describe('a table of digests', () => {
  it('numbers them as a map of strings does', () => {
    const digest = fc.nat(3000).map((number) => createHash('sha256').update(String(number)).digest('hex'));
    fc.assert(
      fc.property(fc.array(digest, { maxLength: 3000, size: 'max' }), (digests) => {
        const table = new DigestTable();
        const numbers = new Map<string, number>();
        for (const hex of digests) {
          if (!numbers.has(hex)) numbers.set(hex, numbers.size);
          expect(table.add(hex)).toBe(numbers.get(hex));
        }
        expect(table.count).toBe(numbers.size);
        for (const [hex, number] of numbers) {
          expect(table.find(hex)).toBe(number);
          expect(table.hexOf(number)).toBe(hex);
        }
        expect(table.find('0'.repeat(64))).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });
});
