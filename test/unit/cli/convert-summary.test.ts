import { describe, expect, it } from 'vitest';
import { renderConvertSummary, renderExportSummary } from '../../../src/cli/convert-summary.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import type { ConvertedLayerSummary, ConvertSummary, LayerOutcome } from '../../../src/pipeline/run.ts';

const digest = parseDigest(`sha256:${'ab'.repeat(32)}`);
const settings = { seconds: 1.24, verbose: false, columns: 100 };

function layer(outcome: LayerOutcome): ConvertedLayerSummary {
  return { outcome, sourceDigest: digest, sourceBytes: 2 << 20, digest, bytes: 1 << 20 };
}

function summaryOf(layers: readonly ConvertedLayerSummary[]): ConvertSummary {
  const platform = { os: 'linux', architecture: 'amd64' };
  return { digest, images: [{ platform, manifestDigest: digest, layers }], layers };
}

const layers = [layer({ kind: 'converted' }), layer({ kind: 'kept' })];

describe('The summary of a conversion', () => {
  it('counts what was converted and what was kept', () => {
    expect(renderConvertSummary(summaryOf(layers), settings)).toEqual([
      '1 layer converted, 1 kept, 4.0 MiB in, 2.0 MiB out (50 %), 1.2 s',
      `manifest ${digest}`,
    ]);
  });

  it('of an image from a chunk store only counts its layers', () => {
    expect(renderExportSummary(summaryOf(layers), settings)).toEqual([
      '2 layers, 4.0 MiB in, 2.0 MiB out (50 %), 1.2 s',
      `manifest ${digest}`,
    ]);
  });
});
