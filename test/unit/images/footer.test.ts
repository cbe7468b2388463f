import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseFooter } from '../../../src/images/footer.ts';

const EMPTY_BLOCK = '010000ffff0000000000000000';
const ESTARGZ = Buffer.concat([
  Buffer.from('1f8b08040000000000ff1a0053471600', 'hex'),
  Buffer.from('00000000000012abSTARGZ'),
  Buffer.from(EMPTY_BLOCK, 'hex'),
]);
const LEGACY = Buffer.concat([
  Buffer.from('1f8b08040000000000ff1600', 'hex'),
  Buffer.from('00000000000012abSTARGZ'),
  Buffer.from(EMPTY_BLOCK, 'hex'),
]);
const EXTERNAL = Buffer.concat([
  Buffer.from('1f8b08040000000000ff150053471100', 'hex'),
  Buffer.from('STARGZEXTERNALTOC'),
  Buffer.from(EMPTY_BLOCK, 'hex'),
]);

describe('footers', () => {
  it('eStargz: the offset of the TOC stands in 51 bytes', () => {
    expect(ESTARGZ).toHaveLength(51);
    expect(parseFooter(ESTARGZ)).toEqual({ kind: 'estargz', tocOffset: 0x12ab, sizeBytes: 51 });
  });

  it('the predecessor of eStargz has 47 bytes', () => {
    expect(LEGACY).toHaveLength(47);
    const end = Buffer.concat([Buffer.from('....'), LEGACY]);
    expect(parseFooter(end)).toEqual({ kind: 'legacy-stargz', tocOffset: 0x12ab, sizeBytes: 47 });
  });

  it('the footer of an external TOC has 46 bytes', () => {
    expect(EXTERNAL).toHaveLength(46);
    const end = Buffer.concat([Buffer.from('.....'), EXTERNAL]);
    expect(parseFooter(end)).toEqual({ kind: 'external-toc', sizeBytes: 46 });
  });

  it('all three are gzip members of nothing', () => {
    for (const footer of [ESTARGZ, LEGACY, EXTERNAL]) expect(gunzipSync(footer)).toHaveLength(0);
  });

  it('what the Go library wrote is understood', () => {
    const blob = readFileSync(new URL('../../fixtures/estargz/plain.esgz', import.meta.url));
    const footer = parseFooter(blob.subarray(-51));
    expect(footer?.kind).toBe('estargz');
    const tocOffset = footer?.kind === 'estargz' ? footer.tocOffset : 0;
    expect(gunzipSync(blob.subarray(tocOffset)).toString('latin1', 0, 18)).toBe('stargz.index.json\0');
  });

  it('a change of any one byte is noticed, or moves the offset', () => {
    for (let index = 0; index < ESTARGZ.length; index++) {
      const changed = Buffer.from(ESTARGZ);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const footer = parseFooter(changed);
      if (index < 16 || index >= 32) expect(footer, `byte ${index}`).toBeUndefined();
      else expect(footer, `byte ${index}`).not.toEqual(parseFooter(ESTARGZ));
    }
  });

  it.each(['', '1f8b', '00000000000012aBSTARGZ'])('%j is none', (end) => {
    expect(parseFooter(Buffer.from(end))).toBeUndefined();
  });

  it('upper case digits and offsets beyond all files are refused', () => {
    const upper = Buffer.from(ESTARGZ);
    upper.write('00000000000012AB', 16);
    expect(parseFooter(upper)).toBeUndefined();
    const huge = Buffer.from(ESTARGZ);
    huge.write('ffffffffffffffff', 16);
    expect(parseFooter(huge)).toBeUndefined();
  });
});
