import { describe, expect, it } from 'vitest';
import { estargzFooter, externalTocFooter } from '../../../src/layers/estargz/footer.ts';
import { gunzipSync } from 'node:zlib';

describe('the eStargz footer', () => {
  it('is the 51 bytes that readers look for', () => {
    expect(Buffer.from(estargzFooter(0x1234abcd)).toString('latin1')).toBe(
      '\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0' +
        '000000001234abcdSTARGZ' +
        '\x01\0\0\xff\xff\0\0\0\0\0\0\0\0',
    );
  });

  it('is an empty gzip member', () => {
    expect(gunzipSync(estargzFooter(2 ** 40))).toHaveLength(0);
  });
});

describe('the footer of a layer whose TOC is external', () => {
  it('is the 46 bytes that readers look for, an empty gzip member', () => {
    expect(Buffer.from(externalTocFooter()).toString('latin1')).toBe(
      '\x1f\x8b\x08\x04\0\0\0\0\0\xff\x15\0SG\x11\0STARGZEXTERNALTOC\x01\0\0\xff\xff\0\0\0\0\0\0\0\0',
    );
    expect(gunzipSync(externalTocFooter())).toHaveLength(0);
  });
});
