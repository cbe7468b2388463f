import { cachedDataVersionTag } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { optimizeLater } from '../../../src/cli/optimize-later.ts';

describe('optimizing later', () => {
  it('leaves versions of V8 alone that do not know the flag', () => {
    // A number that depends on the version of V8 and on its flags.
    const before = cachedDataVersionTag();
    optimizeLater('12.4.254.21-node.57');
    expect(cachedDataVersionTag()).toBe(before);
  });
});
