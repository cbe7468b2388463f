import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { renderAddedImage } from '../../../src/reports/chunk-text.ts';
import { renderTable } from '../../../src/reports/table.ts';

describe('a name with a line break', () => {
  it('stays in its line of a table', () => {
    const lines = renderTable([{ title: 'image', align: 'left' }], [['a\nb']], 80);
    expect(lines).toEqual(['image', 'a\\x0ab']);
  });

  it('stays in its line of what chunk add says', () => {
    const manifestDigest = parseDigest(`sha256:${'0'.repeat(64)}`);
    const summary = { name: 'a\nb', manifestDigest, replacedDigest: undefined, layers: [] };
    const lines = renderAddedImage(summary, { columns: 80, seconds: 1 });
    expect(lines.at(-1)).toBe(`a\\x0ab is ${manifestDigest}, 0 layers, 1.0 s`);
  });
});
