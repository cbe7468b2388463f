import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeComponentNames, encodeComponentNames } from '../../../src/model/annotations.ts';

describe('the names of a layer in its annotation', () => {
  it('are comma separated and readable', () => {
    expect(encodeComponentNames(['dpkg/bash', 'bigfiles/opt/a b,c%'])).toBe(
      'dpkg/bash,bigfiles/opt/a%20b%2Cc%25',
    );
  });

  it('come back whatever they hold', () => {
    const name = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const annotation = encodeComponentNames(names);
        expect(annotation).toMatch(/^[\x21-\x7e]*$/);
        expect(decodeComponentNames(annotation)).toEqual(names);
      }),
    );
  });
});
