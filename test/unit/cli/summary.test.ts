import { describe, expect, it } from 'vitest';
import { buildSummaryDetails, renderBuildSummary } from '../../../src/cli/summary.ts';
import { renderTable } from '../../../src/reports/table.ts';
import { parseDiffId, parseDigest } from '../../../src/model/digest.ts';
import type { BuildSummary, LayerSummary } from '../../../src/pipeline/run.ts';

const MIB = 1024 * 1024;
const digest = parseDigest(`sha256:${'a'.repeat(64)}`);

function layer(componentNames: string[], sizeBytes: number): LayerSummary {
  return {
    componentNames,
    fingerprints: componentNames.map(() => 'AAAAAAAA'),
    fileCount: 1234,
    contentBytes: 4 * MIB,
    blob: {
      format: 'estargz',
      digest,
      diffId: parseDiffId(digest),
      sizeBytes,
      uncompressedSizeBytes: 5 * MIB,
      tocDigest: digest,
      deflatedBy: 'zlib level=6 fingerprint=01234567',
    },
    toc: undefined,
  };
}

const summary: BuildSummary = {
  manifestDigest: digest,
  engine: {
    name: 'libdeflate',
    version: '1.19 to 1.25',
    fingerprint: '01234567',
    level: 4,
    library: 'libdeflate.so.0',
    passedOver: [],
  },
  layers: [
    layer(['dpkg/bash', 'dpkg/coreutils', 'dpkg/a-package-with-a-long-name'], MIB),
    layer(['unclaimed'], 99),
  ],
  sources: [
    { source: 'dpkg', packageCount: 103, componentCount: 80, fileCount: 6000, sizeBytes: 7 * MIB },
    { source: 'xattr', packageCount: undefined, componentCount: 1, fileCount: 2, sizeBytes: 3 },
    { source: 'unclaimed', packageCount: undefined, componentCount: 1, fileCount: 810, sizeBytes: MIB - 3 },
  ],
  fileCount: 6812,
  contentBytes: 8 * MIB,
  layerBytes: 3 * MIB,
  tocImage: undefined,
};

describe('renderBuildSummary', () => {
  it('is two lines', () => {
    expect(renderBuildSummary(summary, { seconds: 5.21, columns: 80, verbose: false })).toEqual([
      '2 layers, 6,812 files, 8.0 MiB in, 3.0 MiB out (37 %), 5.2 s',
      `manifest ${digest}`,
    ]);
  });

  it('names the TOC image where there is one', () => {
    const tocImage = { manifestDigest: digest, tocBytes: 2048 };
    const settings = { seconds: 1, verbose: false };
    const lines = renderBuildSummary({ ...summary, tocImage }, { ...settings, columns: 80 });
    expect(lines.at(-1)).toBe(`TOC image ${digest}, 2.0 KiB`);
    expect(buildSummaryDetails({ ...summary, tocImage }, settings)).toMatchObject({ tocImage });
  });

  it('does not divide by nothing', () => {
    const nothing = { ...summary, contentBytes: 0, layers: [], fileCount: 1 };
    expect(renderBuildSummary(nothing, { seconds: 0, columns: 80, verbose: false })[0]).toBe(
      '0 layers, 1 file, 0 B in, 3.0 MiB out, 0.0 s',
    );
  });

  it('has tables that fit into the terminal when asked', () => {
    expect(renderBuildSummary(summary, { seconds: 1, columns: 60, verbose: true }).slice(0, -2)).toEqual([
      'layer  components                 files    bytes  compressed',
      '    1  dpkg/bash, dpkg/coreut...  1,234  4.0 MiB     1.0 MiB',
      '    2  unclaimed                  1,234  4.0 MiB        99 B',
      '',
      'source     packages  components  files    bytes   share',
      'dpkg            103          80  6,000  7.0 MiB  87.5 %',
      'xattr             -           1      2      3 B  <0.1 %',
      'unclaimed         -           1    810  1.0 MiB  12.5 %',
      '',
      'gzip engine libdeflate 1.19 to 1.25, fingerprint 01234567 (libdeflate.so.0), level 4',
    ]);
  });
});

describe('buildSummaryDetails', () => {
  it('has numbers and the sources, and the layers when asked', () => {
    expect(buildSummaryDetails(summary, { seconds: 1.23456, verbose: false })).toEqual({
      manifestDigest: digest,
      engine: { name: 'libdeflate', version: '1.19 to 1.25', fingerprint: '01234567', level: 4 },
      layerCount: 2,
      fileCount: 6812,
      contentBytes: 8 * MIB,
      layerBytes: 3 * MIB,
      seconds: 1.235,
      sources: summary.sources,
    });
    expect(buildSummaryDetails(summary, { seconds: 1, verbose: true })).toMatchObject({
      layers: summary.layers,
      sources: summary.sources,
    });
  });
});

describe('renderTable', () => {
  const columns = [
    { title: 'name', align: 'left', flexible: true },
    { title: 'n', align: 'right' },
  ] as const;

  it('leaves twelve characters of the flexible column whatever the width', () => {
    expect(renderTable(columns, [['x'.repeat(50), '5']], 5)).toEqual([
      'name          n',
      `${'x'.repeat(9)}...  5`,
    ]);
  });

  it('does not cut what fits', () => {
    expect(renderTable(columns, [['short', '5']], 5)).toEqual(['name   n', 'short  5']);
  });

  it('shows control characters instead of obeying them', () => {
    expect(renderTable(columns, [['\u001b[1m', '1']], 80)[1]).toBe('\\x1b[1m  1');
  });
});
