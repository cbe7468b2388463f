import type { Cell, MapBranch, MapLeaf, MapNode, Page } from '../../../src/reports/page.ts';
import { RATE_LEGEND } from '../../../src/reports/tones.ts';

export function leaf(name: string, sizeBytes: number): MapLeaf {
  return { kind: 'leaf', name, shortName: name, sizeBytes, tone: 'rate-1' };
}

export function branch(name: string, children: readonly MapNode[]): MapBranch {
  return { kind: 'branch', name, shortName: name, children };
}

/** A page with one text wherever there can be one. */
export function pageOf(text: string, changes: Partial<Page> = {}): Page {
  const cells: Cell[] = [
    { kind: 'text', text },
    { kind: 'name', text },
    { kind: 'names', texts: [text, 'x'.repeat(80)] },
    { kind: 'digest', digest: text },
    { kind: 'tone', tone: 'added', text },
    { kind: 'share', share: 0.0001 },
  ];
  return {
    title: text,
    subtitle: text,
    figures: [{ label: text, cell: { kind: 'text', text }, remark: text }],
    facts: [{ label: text, cell: { kind: 'digest', digest: text } }],
    map: {
      title: text,
      root: branch(text, [branch(text, [leaf(text, 10_000), leaf('b', 20)]), leaf(text, 1)]),
      legend: { title: text, items: [{ tone: 'rate-1', text }] },
    },
    tables: [
      {
        title: text,
        note: text,
        columns: cells.map(() => ({ title: text, align: 'left' })),
        rows: [cells],
      },
    ],
    ...changes,
  };
}

/** One table and a map of two files. */
export const SMALL_PAGE: Page = {
  title: 'localhost/app:1',
  subtitle: 'Image',
  figures: [{ label: 'Layers', cell: { kind: 'count', count: 1234 } }],
  facts: [],
  map: { title: 'Files', root: branch('image', [leaf('/a', 3), leaf('/b', 1)]), legend: RATE_LEGEND },
  tables: [
    {
      title: 'Files',
      note: '',
      columns: [
        { title: 'File', align: 'left' },
        { title: 'Size', align: 'right', sorted: 'descending', bars: true },
        { title: 'Share', align: 'right' },
      ],
      rows: [
        [
          { kind: 'name', text: '/a' },
          { kind: 'bytes', bytes: 2048 },
          { kind: 'share', share: 0.75, tone: 'rate-5' },
        ],
        [{ kind: 'name', text: '/b' }, { kind: 'bytes', bytes: 1 }, { kind: 'none' }],
      ],
    },
  ],
};
