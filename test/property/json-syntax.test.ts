import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findJsonSyntaxError } from '../../src/config/json-syntax.ts';

/** Text that is nearly JSON: a document with a piece cut out, doubled or replaced. */
const damagedJson = fc
  .tuple(
    fc.json({ maxDepth: 5 }),
    fc.nat(),
    fc.nat(4),
    fc.constantFrom('', ',', '"', '{', ']', '\\', '\n', '0', '-', '.', 'e', 'u', 'true', '\u0001', ' '),
  )
  .map(([json, position, length, piece]) => {
    const at = position % (json.length + 1);
    return json.slice(0, at) + piece + json.slice(at + length);
  });

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('finds an error exactly where JSON.parse refuses a text', () => {
  fc.assert(
    fc.property(fc.oneof(damagedJson, fc.string(), fc.json()), (text) => {
      const error = findJsonSyntaxError(text);
      expect(error === undefined).toBe(parses(text));
      if (error !== undefined) expect(error.offset).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 5000 },
  );
});

it('calls no text wrong before the place where it goes wrong', () => {
  fc.assert(
    fc.property(damagedJson, (text) => {
      const error = findJsonSyntaxError(text);
      if (error === undefined) return;
      const ended = findJsonSyntaxError(text.slice(0, error.offset));
      // What stands before the error is the beginning of some JSON text: it is whole, or wrong only at its end.
      expect(ended === undefined || ended.offset >= error.offset || /ends/.test(ended.problem)).toBe(true);
    }),
  );
});
