import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../../../src/model/image-report.ts';
import { renderHtmlPage } from '../../../src/reports/html-page.ts';
import { inspectPage } from '../../../src/reports/inspect-page.ts';
import { DIGEST, IMAGE_REPORT, LAYER, PLAIN } from './image-reports.ts';
import { leafLines, plainFacts, plainRows, tableNamed } from './page-tables.ts';
import { parsePage } from './parsed-page.ts';

const MIB = 1 << 20;

function page(changes: Partial<ImageReport> = {}) {
  return inspectPage({ ...IMAGE_REPORT, ...changes });
}

describe('the page of layah inspect', () => {
  it('has totals, and of the config what it says', () => {
    const { title, figures, facts } = page();
    expect(title).toBe('app.ociarchive');
    expect(plainFacts(figures)).toEqual({
      Layers: 2,
      Components: 1,
      Files: 77,
      Content: 7340042,
      Download: 4 * MIB,
      'Stored again': 0,
      Overridden: 0,
    });
    expect(plainFacts(facts)).toEqual({
      Platform: 'linux/arm/v7',
      Created: '2026-01-01T00:00:00Z',
      Command: String.raw`["/bin/sh","-c","true\n"]`,
      Environment: ['A=1', 'B=\u001b[31m'],
      Labels: ['maintainer=me'],
      Manifest: DIGEST,
      'Image ID': DIGEST,
    });
  });

  it('maps layers, components and big files in the colours of the formats', () => {
    const largestFiles = [
      {
        path: '/bin/bash',
        kind: 'file',
        sizeBytes: MIB,
        layer: 0,
        component: 'dpkg/bash',
        isOverridden: false,
      },
      { path: '/big', kind: 'file', sizeBytes: 9, layer: 1, component: undefined, isOverridden: false },
    ];
    const { map } = page({ largestFiles });
    expect(leafLines(map.root)).toEqual([
      `image > layer 1 > dpkg/bash > /bin/bash: ${MIB} estargz`,
      `image > layer 1 > dpkg/bash > other files: ${6 * MIB} estargz`,
      `image > layer 2 > ${DIGEST} > /big: 9 plain`,
      `image > layer 2 > ${DIGEST} > other files: 1 plain`,
    ]);
    expect(map.legend).toEqual({
      title: 'Format',
      items: [
        { tone: 'estargz', text: 'eStargz' },
        { tone: 'plain', text: 'not compressed' },
      ],
    });
  });

  it('has a layer as a whole where it is not known how large its components are', () => {
    const components = ['dpkg/a', 'dpkg/b'].map((name) => ({
      name,
      fileCount: undefined,
      sizeBytes: undefined,
    }));
    expect(leafLines(page({ layers: [{ ...LAYER, components }] }).map.root)).toEqual([
      `image > layer 1 > dpkg/a, dpkg/b: ${7 * MIB} estargz`,
    ]);
  });

  it('has the colours of update rates where they are recorded', () => {
    const { map, tables } = page({ layers: [{ ...LAYER, weeklyUpdateProbability: 0.03 }, PLAIN] });
    expect(map.legend.title).toBe('Changes within a week');
    expect(leafLines(map.root)).toEqual([
      `image > layer 1 > dpkg/bash: ${7 * MIB} rate-2`,
      `image > layer 2 > ${DIGEST}: 10 rate-unknown`,
    ]);
    expect(tables[0]?.rows.map((row) => row[6])).toEqual([
      { kind: 'share', share: 0.03, tone: 'rate-2' },
      { kind: 'none' },
    ]);
  });

  it('says how layers are stored, and what they have of the download', () => {
    expect(plainRows(tableNamed(page(), 'Layers'))).toMatchObject([
      {
        Layer: 1,
        Components: ['dpkg/bash'],
        Share: 0.75,
        Format: 'eStargz, prefetch, external TOC',
        Chunks: 80,
        Members: 60,
      },
      { Layer: 2, Components: undefined, Share: 0.25, Format: 'plain', Chunks: undefined },
    ]);
  });

  it('lists what is stored more than once, and what nobody sees', () => {
    const { tables } = page({
      duplicates: {
        contentCount: 1,
        wastedBytes: 20,
        worst: [
          {
            digest: DIGEST,
            sizeBytes: 10,
            copies: [
              { path: '/a', layer: 0 },
              { path: '/b', layer: 1 },
              { path: '/c', layer: 1 },
            ],
          },
        ],
      },
      overridden: {
        fileCount: 2,
        sizeBytes: 8,
        largest: [
          { path: '/x', layer: 0, sizeBytes: 5, replacedBy: 1 },
          { path: '/y', layer: 0, sizeBytes: 3, replacedBy: undefined },
        ],
      },
    });
    expect(tables.map(({ title }) => title)).toEqual([
      'Layers',
      'Components',
      'Stored more than once',
      'Overridden',
    ]);
    expect(plainRows(tableNamed({ ...page(), tables }, 'Stored more than once'))).toEqual([
      { Copies: ['/a (layer 1)', '/b (layer 2)', '/c (layer 2)'], Number: 3, Size: 10, Wasted: 20 },
    ]);
    expect(plainRows(tableNamed({ ...page(), tables }, 'Overridden'))).toMatchObject([
      { File: '/x', 'Replaced in': 'layer 2' },
      { File: '/y', 'Replaced in': 'deleted' },
    ]);
  });

  it('is valid HTML', () => {
    expect(parsePage(renderHtmlPage(page())).length).toBeGreaterThan(50);
  });
});
