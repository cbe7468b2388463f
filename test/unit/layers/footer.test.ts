import { describe, expect, it } from 'vitest';
import { estargzFooter } from '../../../src/layers/estargz/footer.ts';
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
