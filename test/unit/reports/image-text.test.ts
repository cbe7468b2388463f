import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../../../src/model/image-report.ts';
import { renderImageText } from '../../../src/reports/image-text.ts';
import { DIGEST, IMAGE_REPORT, LAYER, PLAIN } from './image-reports.ts';

function text(changes: Partial<ImageReport> = {}, columns = 80, layers = false): string[] {
  return renderImageText({ ...IMAGE_REPORT, ...changes }, { columns, layers });
}

describe('the text of layah inspect', () => {
  it('has the config, a line a layer and totals, with nothing that a terminal would obey', () => {
    expect(text()).toEqual([
      'app.ociarchive',
      `manifest     ${DIGEST}`,
      `image ID     ${DIGEST}`,
      'platform     linux/arm/v7',
      'created      2026-01-01T00:00:00Z',
      String.raw`command      ["/bin/sh","-c","true\n"]`,
      'environment  A=1',
      String.raw`             B=\x1b[31m`,
      'labels       maintainer=me',
      '',
      'layer  components                    files     size  compressed   share  format',
      '    1  dpkg/bash                        76  7.0 MiB     3.0 MiB  75.0 %  eStargz',
      '    2  sha256:aaaaaaaaaaaaaaaaaa...      1     10 B     1.0 MiB  25.0 %  plain',
      '',
      '2 layers, 1 component, 77 files, 7.0 MiB, 4.0 MiB compressed',
      'eStargz: 1 layer of 2, 80 chunks in 60 gzip members, 1 layer with files to prefetch, TOCs in another image',
    ]);
  });

  it('has tables no wider than 80 columns, and wider ones where there is room', () => {
    const components = ['one', 'two', 'three', 'four', 'five'].map((name) => ({
      name: `dpkg/${name.repeat(3)}`,
      fileCount: undefined,
      sizeBytes: undefined,
    }));
    const table = (columns: number) =>
      text({ layers: [{ ...LAYER, components }] }, columns).find((line) => line.endsWith('eStargz')) ?? '';
    expect(table(80).length).toBe(80);
    expect(table(80)).toContain('...');
    expect(table(160)).toContain('dpkg/fivefivefive');
  });

  it('shows how often layers change where they say so', () => {
    const layers = [{ ...LAYER, weeklyUpdateProbability: 0.125 }, PLAIN];
    const lines = text({ layers }, 120);
    expect(lines[10]).toMatch(/format   changes\/week$/);
    expect(lines[11]).toMatch(/eStargz {8}12\.5 %$/);
    expect(lines[12]).toMatch(/plain {15}-$/);
  });

  it('names layers by their digests where no component is known', () => {
    const lines = text({ layers: [PLAIN], componentsFrom: 'none', components: [] });
    expect(lines[10]).toMatch(/^layer {2}digest /);
    expect(lines.slice(-2)).toEqual([
      '2 layers, 77 files, 7.0 MiB, 4.0 MiB compressed',
      'no layer is eStargz: none can be pulled lazily',
    ]);
  });

  it('says with --layers all that is known of each', () => {
    expect(text({}, 80, true).slice(10, 18)).toEqual([
      `layer 1       ${DIGEST}`,
      `  diff ID     ${DIGEST}`,
      '  size        7.0 MiB in 76 files',
      '  compressed  3.0 MiB, 75.0 % of the image',
      '  format      eStargz, 80 chunks in 60 gzip members, with files to prefetch, its TOC in another image (application/vnd.oci.image.layer.v1.tar+gzip)',
      '  components  dpkg/bash: 76 files, 7.0 MiB',
      `layer 2       ${DIGEST}`,
      `  diff ID     ${DIGEST}`,
    ]);
  });

  it('lists largest files, duplicates and what is overridden, layers counted from 1', () => {
    const file = { path: '/bin/bash', kind: 'file', sizeBytes: 1 << 20, layer: 0 };
    const copies = [
      { path: '/a', layer: 0 },
      { path: '/b', layer: 1 },
    ];
    const lines = text({
      largestFiles: [{ ...file, component: 'dpkg/bash', isOverridden: false }],
      duplicates: { contentCount: 1, wastedBytes: 10, worst: [{ digest: DIGEST, sizeBytes: 10, copies }] },
      overridden: {
        fileCount: 2,
        sizeBytes: 20,
        largest: [
          { path: '/c', layer: 0, sizeBytes: 15, replacedBy: 1 },
          { path: '/d', layer: 0, sizeBytes: 5, replacedBy: undefined },
        ],
      },
    });
    expect(lines.slice(16)).toEqual([
      '',
      'largest files',
      'file          size  layer  component',
      '/bin/bash  1.0 MiB      1  dpkg/bash',
      '',
      'stored more than once: 1 content, 10 B could be saved',
      'file   size  layers',
      '/a /b  10 B    1, 2',
      '',
      'overridden by later layers: 2 files, 20 B',
      'file  size  layer  by',
      '/c    15 B      1  layer 2',
      '/d     5 B      1  deleted',
    ]);
  });

  it('lists files alone when they were asked for', () => {
    const file = { path: '/a', kind: 'file', sizeBytes: 1, layer: 1, component: undefined };
    expect(text({ files: [{ ...file, isOverridden: true }] })).toEqual([
      'file             size  layer',
      '/a (overridden)   1 B      2',
      '',
      '1 file, 1 B',
    ]);
    expect(text({ files: [] })).toEqual(['no file matches']);
  });
});
