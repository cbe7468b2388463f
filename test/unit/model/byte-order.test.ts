import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareByteOrder } from '../../../src/model/byte-order.ts';

describe('compareByteOrder', () => {
  it('orders any text as its UTF-8 bytes are ordered', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u007f', '\u00e9', '\uff5e', '\u{1f600}') });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(compareByteOrder(left, right)).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
      { numRuns: 1000 },
    );
  });
});
