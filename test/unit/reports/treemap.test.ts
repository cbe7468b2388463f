import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapBranch, MapNode } from '../../../src/reports/page.ts';
import {
  bytesOf,
  gatherSmall,
  type PlacedNode,
  placeNodes,
  type Rectangle,
} from '../../../src/reports/treemap.ts';
import { renderTreemap } from '../../../src/reports/treemap-svg.ts';
import { branch, leaf } from './pages.ts';

const SIZE = { width: 1120, height: 620 };

/** From nothing to a terabyte, often very different beside each other. */
const sizeBytes = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 1000 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
);

const nodes = fc.letrec<{ node: MapNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(fc.string(), sizeBytes).map(([name, bytes]) => leaf(name, bytes)),
    fc
      .tuple(fc.string(), fc.array(tie('node'), { maxLength: 6 }))
      .map(([name, children]) => branch(name, children)),
  ),
}));

const roots = fc.array(nodes.node, { maxLength: 8 }).map((children) => branch('root', children));

function leavesOf(placed: readonly PlacedNode[]): PlacedNode[] {
  return placed.filter(({ node }) => node.kind === 'leaf');
}

function areaOf({ rectangle }: PlacedNode): number {
  return rectangle.width * rectangle.height;
}

/** But for rounding. */
function isInside(inner: Rectangle, outer: Rectangle): boolean {
  const slack = 1e-6;
  return (
    inner.left >= outer.left - slack &&
    inner.top >= outer.top - slack &&
    inner.left + inner.width <= outer.left + outer.width + slack &&
    inner.top + inner.height <= outer.top + outer.height + slack
  );
}

/** The leaves of both drawings of a map as they are written. */
function writtenLeaves(root: MapBranch): { bytes: number; area: number; drawing: number }[] {
  const svg = renderTreemap({ title: 'map', root, legend: { title: '', items: [] } });
  return svg.split('</svg>').flatMap((text, drawing) =>
    Array.from(text.matchAll(/data-bytes="(\d+)" x="[^"]+" y="[^"]+" width="([^"]+)" height="([^"]+)"/g)).map(
      ([, bytes, width, height]) => ({
        bytes: Number(bytes),
        area: Number(width) * Number(height),
        drawing,
      }),
    ),
  );
}

describe('a treemap', () => {
  it('gives every leaf the share of the area that it has of the bytes', () => {
    fc.assert(
      fc.property(roots, (root) => {
        const total = bytesOf(root);
        for (const placed of leavesOf(placeNodes(root, SIZE))) {
          const expected = (placed.sizeBytes / total) * SIZE.width * SIZE.height;
          expect(Math.abs(areaOf(placed) - expected)).toBeLessThanOrEqual(expected * 0.001 + 1e-6);
        }
      }),
    );
  });

  it('has every leaf that has bytes once, and they fill it', () => {
    fc.assert(
      fc.property(roots, (root) => {
        const placed = leavesOf(placeNodes(root, SIZE));
        expect(placed.reduce((sum, each) => sum + each.sizeBytes, 0)).toBe(bytesOf(root));
        const area = placed.reduce((sum, each) => sum + areaOf(each), 0);
        expect(area).toBeCloseTo(placed.length === 0 ? 0 : SIZE.width * SIZE.height, 3);
      }),
    );
  });

  it('has children inside their parents', () => {
    fc.assert(
      fc.property(roots, (root) => {
        const outside = placeNodes(root, SIZE).filter(
          ({ rectangle, ancestors }) =>
            !isInside(rectangle, ancestors.at(-1)?.rectangle ?? { left: 0, top: 0, ...SIZE }),
        );
        expect(outside).toEqual([]);
      }),
    );
  });

  it('keeps these shares within 1 % when it is written', () => {
    fc.assert(
      fc.property(roots, (root) => {
        const total = bytesOf(root);
        const areas = [1120 * 620, 360 * 520];
        const wrong = writtenLeaves(root).filter(({ bytes, area, drawing }) => {
          const expected = (bytes / total) * (areas[drawing] ?? 0);
          return !(Math.abs(area - expected) <= expected * 0.01);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('gathering what is too small to be seen', () => {
  it('keeps all bytes and what is large enough', () => {
    fc.assert(
      fc.property(roots, fc.integer({ min: 0, max: 2 ** 20 }), (root, minBytes) => {
        const gathered = gatherSmall(root, minBytes);
        expect(bytesOf(gathered)).toBe(bytesOf(root));
        const large = (node: MapNode): MapNode[] =>
          node.kind === 'leaf'
            ? [node].filter((each) => each.sizeBytes >= minBytes)
            : node.children.flatMap(large);
        expect(large(gathered)).toEqual(expect.arrayContaining(large(root)));
      }),
    );
  });

  it('leaves at most one small child to each branch', () => {
    fc.assert(
      fc.property(roots, fc.integer({ min: 1, max: 2 ** 20 }), (root, minBytes) => {
        const check = (node: MapBranch): void => {
          expect(node.children.filter((child) => bytesOf(child) < minBytes).length).toBeLessThanOrEqual(1);
          for (const child of node.children) if (child.kind === 'branch') check(child);
        };
        check(gatherSmall(root, minBytes));
      }),
    );
  });

  it('says how many there were, in the colour of most of their bytes', () => {
    const small = [{ ...leaf('a', 2), tone: 'rate-4' as const }, leaf('b', 3), leaf('c', 5)];
    expect(gatherSmall(branch('root', [leaf('big', 100), ...small]), 10).children).toEqual([
      leaf('big', 100),
      { kind: 'leaf', name: '3 smaller', shortName: '3 smaller', sizeBytes: 10, tone: 'rate-1' },
    ]);
  });
});
