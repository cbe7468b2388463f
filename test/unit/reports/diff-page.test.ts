import { describe, expect, it } from 'vitest';
import { diffPage } from '../../../src/reports/diff-page.ts';
import { renderHtmlPage } from '../../../src/reports/html-page.ts';
import { DIFF_REPORT } from './diff-reports.ts';
import { leafLines, plainFacts, plainRows, tableNamed } from './page-tables.ts';
import { parsePage } from './parsed-page.ts';

const PAGE = diffPage(DIFF_REPORT);

describe('the page of layah diff', () => {
  it('says what a client downloads', () => {
    expect(PAGE.title).toBe('docker://quay.io/me/app:2');
    expect(PAGE.subtitle).toBe('Update from old.ociarchive');
    expect(plainFacts(PAGE.figures)).toEqual({
      Downloaded: (2 << 20) + 1024,
      'In layers': 2,
      'By chunk': (1 << 19) + (1 << 18),
      'Already there': 3 << 20,
      Gone: 1 << 20,
    });
    expect(PAGE.figures.map(({ remark }) => remark)).toEqual([
      '40.0 %',
      'of 5',
      '234 chunks',
      '3 layers',
      '1 layer',
    ]);
  });

  it('says nothing of chunks where no new layer has any', () => {
    const chunks = { ...DIFF_REPORT.chunks, chunkCount: 0 };
    expect(plainFacts(diffPage({ ...DIFF_REPORT, chunks }).figures)).not.toHaveProperty('By chunk');
  });

  it('has the components of the new image on its map, in the colour of what becomes of them', () => {
    expect(leafLines(PAGE.map.root)).toEqual([
      'image > updated > dpkg/up`d|ated: 2048 updated',
      'image > updated > layah/unclaimed: 2048 updated',
      'image > added > dpkg/added: 2048 added',
      'image > repacked > dpkg/moved: 2048 repacked',
      'image > unchanged > z/same: 2048 unchanged',
    ]);
    const tones = PAGE.map.legend.items.map(({ tone }) => tone);
    expect(tones).toEqual(['updated', 'added', 'repacked', 'unchanged']);
  });

  it('lists components, those that cost most first, with their versions', () => {
    const rows = plainRows(tableNamed(PAGE, 'Components'));
    expect(rows.map((row) => [row['Component'], row['Downloaded']])).toEqual([
      ['dpkg/up`d|ated', 1 << 20],
      ['dpkg/moved', 4096],
      ['dpkg/added', 2048],
      ['dpkg/gone', 0],
      ['layah/unclaimed', 0],
      ['z/same', 0],
    ]);
    expect(rows[0]).toMatchObject({
      Change: 'updated',
      'Old version': '1_0-1',
      'New version': '1_0-2',
      Files: 3,
    });
    expect(rows[2]).toMatchObject({ Change: 'added', 'Old version': undefined, Old: undefined, New: 2048 });
    expect(rows[3]).toMatchObject({ Change: 'removed', Old: 1024, New: undefined });
  });

  it('lists layers, and says of those that were only compressed in another way', () => {
    expect(plainRows(tableNamed(PAGE, 'Layers'))).toMatchObject([
      { Layer: 1, Client: 'new, recompressed', Components: undefined, Download: 1 },
    ]);
  });

  it('lists files when they were asked for', () => {
    expect(PAGE.tables.map(({ title }) => title)).toEqual(['Components', 'Layers']);
    const files = [
      { path: '/a', change: 'touched', oldBytes: 1, newBytes: 1, component: 'dpkg/a' },
      { path: '/b', change: 'added', oldBytes: undefined, newBytes: 0, component: undefined },
    ] as const;
    expect(plainRows(tableNamed(diffPage({ ...DIFF_REPORT, files }), 'Files'))).toEqual([
      { File: '/a', Change: 'touched', Component: 'dpkg/a', Old: 1, New: 1 },
      { File: '/b', Change: 'added', Component: undefined, Old: undefined, New: 0 },
    ]);
  });

  it('is valid HTML', () => {
    expect(parsePage(renderHtmlPage(PAGE)).length).toBeGreaterThan(50);
  });
});
