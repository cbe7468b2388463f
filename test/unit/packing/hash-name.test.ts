import { expect, it } from 'vitest';
import { hashName } from '../../../src/packing/hash-name.ts';

it('hashes names to whole numbers of 32 bits', () => {
  expect(['', 'a', 'dpkg/bash', 'caf\u00e9'].map(hashName)).toMatchInlineSnapshot(`
    [
      2872998923,
      444641715,
      548138123,
      3746663762,
    ]
  `);
});

it('spreads similar names over bins: none has more than double its share', () => {
  const bins = Array.from({ length: 32 }, () => 0);
  for (let index = 0; index < 3200; index++) {
    const bin = hashName(`rpm/lib${index}`) % bins.length;
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  expect(Math.max(...bins)).toBeLessThan(200);
  expect(Math.min(...bins)).toBeGreaterThan(50);
});
