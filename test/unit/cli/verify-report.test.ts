import { describe, expect, it } from 'vitest';
import { renderVerifyJson, renderVerifyReport } from '../../../src/cli/verify-report.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import type { VerifyReport } from '../../../src/pipeline/run.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`);
const good: VerifyReport = {
  manifestDigest: digest,
  layerCount: 34,
  estargzLayerCount: 33,
  tocEntryCount: 6812,
  chunkCount: 1,
  treeEntryCount: 7000,
  comparedWithRootfs: false,
  findings: [],
};
const bad: VerifyReport = {
  ...good,
  findings: [
    { code: 'chunk', subject: '/usr/bin/bash', message: 'chunk 2 has another digest' },
    { code: 'footer', subject: digest, message: 'missing' },
  ],
};
const settings = { seconds: 2, quiet: false, rootfs: undefined };

describe('renderVerifyReport', () => {
  it('says what was looked at and that it is right', () => {
    expect(renderVerifyReport(good, settings)).toEqual([
      digest,
      'checked 34 layers (33 eStargz), 6,812 TOC entries, 1 chunk, 7,000 paths, 2.0 s',
      'ok: every digest is right',
    ]);
    const compared = renderVerifyReport({ ...good, comparedWithRootfs: true }, { ...settings, rootfs: '/r' });
    expect(compared.at(-1)).toBe('ok: every digest is right, and the tree is that of /r');
  });

  it('lists what is wrong', () => {
    expect(renderVerifyReport(bad, settings)).toEqual([
      'chunk: /usr/bin/bash: chunk 2 has another digest',
      `footer: ${digest}: missing`,
      digest,
      'checked 34 layers (33 eStargz), 6,812 TOC entries, 1 chunk, 7,000 paths, 2.0 s',
      'failed: 2 findings',
    ]);
  });

  it('has findings only when quiet', () => {
    expect(renderVerifyReport(good, { ...settings, quiet: true })).toEqual([]);
    expect(renderVerifyReport(bad, { ...settings, quiet: true })).toHaveLength(2);
  });
});

describe('renderVerifyJson', () => {
  it('is the report and whether it is good', () => {
    expect(JSON.parse(renderVerifyJson(good))).toEqual({ ok: true, ...good });
    expect(JSON.parse(renderVerifyJson(bad))).toEqual({ ok: false, ...bad });
  });
});
