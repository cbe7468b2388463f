import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeNodes, type PlacedNode } from '../../../src/reports/treemap.ts';
import { labelsOf } from '../../../src/reports/treemap-labels.ts';
import { branch, leaf } from './pages.ts';

const TEXT = { fontSize: 10, lineHeight: 13 };

const GLIBC = {
  kind: 'branch',
  name: 'dpkg/glibc',
  shortName: 'glibc',
  children: [{ ...leaf('/usr/lib/x86_64-linux-gnu/libc.so.6', 2048), shortName: 'libc.so.6' }],
} as const;

/** The lines of a layer with one component with one file, in a rectangle of this size. */
function lines(width: number, height: number): string[] {
  const root = branch('image', [{ ...branch('layer 12', [GLIBC]), shortName: '12' }]);
  return placeNodes(root, { width, height })
    .filter(({ node }) => node.kind === 'leaf')
    .flatMap((placed) => labelsOf(placed, TEXT).map(({ text }) => text));
}

describe('the labels of a map', () => {
  it('name what begins in a corner from the outside in, then say its size', () => {
    expect(lines(300, 100)).toEqual([
      'layer 12',
      'dpkg/glibc',
      '/usr/lib/x86_64-linux-gnu/libc.so.6',
      '2.0 KiB',
    ]);
  });

  it('are short where names do not fit', () => {
    expect(lines(68, 100)).toEqual(['layer 12', 'glibc', 'libc.so.6', '2.0 KiB']);
    expect(lines(60, 100)).toEqual(['layer 12', 'glibc', 'libc.so…', '2.0 KiB']);
    expect(lines(42, 100)).toEqual(['12', 'glibc']);
    expect(lines(20, 100)).toEqual([]);
  });

  it('are those that matter most where there are few lines', () => {
    expect(lines(300, 50)).toEqual(['layer 12', 'dpkg/glibc', '/usr/lib/x86_64-linux-gnu/libc.so.6']);
    expect(lines(300, 32)).toEqual(['dpkg/glibc', '/usr/lib/x86_64-linux-gnu/libc.so.6']);
    expect(lines(300, 18)).toEqual(['/usr/lib/x86_64-linux-gnu/libc.so.6']);
    expect(lines(300, 17)).toEqual([]);
  });

  it('stay in their rectangle, whatever the name', () => {
    const side = fc.double({ min: 0, max: 400, noNaN: true });
    const name = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(side, side, name, (width, height, text) => {
        const rectangle = { left: 7, top: 11, width, height };
        const placed: PlacedNode = { node: leaf(text, 5), sizeBytes: 5, ancestors: [], rectangle };
        for (const label of labelsOf(placed, TEXT)) {
          expect(label.top).toBeLessThanOrEqual(11 + height);
          expect(label.left + Array.from(label.text).length * 6.02).toBeLessThanOrEqual(7 + width);
        }
      }),
    );
  });
});
