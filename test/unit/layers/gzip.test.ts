import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { deflateRaw } from 'pako';
import { describe, expect, it } from 'vitest';
import { gzipMember, writeGzipMember, zlibEngine, type DeflateEngine } from '../../../src/layers/gzip.ts';

const samples: [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['one byte', Uint8Array.of(7)],
  ['zeros', new Uint8Array(300_000)],
  ['noise', randomBytes(300_000)],
  ['text', Buffer.from('the same words again and again, with a number '.repeat(9_000))],
];

describe('a gzip member', () => {
  it.each(samples)('of %s inflates to what went in', (_what, bytes) => {
    for (const level of [0, 1, 6, 9]) {
      expect(gunzipSync(gzipMember(zlibEngine(level), bytes)).equals(bytes)).toBe(true);
    }
  });

  it('says nothing about the machine that wrote it', () => {
    const member = gzipMember(zlibEngine(9), Buffer.from('x'));
    expect([...member.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  });

  it.each(samples)('of %s has the bytes that pako, the reference, gives', (_what, bytes) => {
    for (const level of [1, 6, 9] as const) {
      const reference: DeflateEngine = { name: 'pako', deflate: (input) => deflateRaw(input, { level }) };
      expect(Buffer.from(gzipMember(zlibEngine(level), bytes)).equals(gzipMember(reference, bytes))).toBe(
        true,
      );
    }
  });

  it('is written where it was told to and nowhere else', () => {
    const output = new Uint8Array(100).fill(0xee);
    const size = writeGzipMember(zlibEngine(6), Buffer.from('abc'), output.subarray(10, 90));
    expect(gunzipSync(output.subarray(10, 10 + size)).toString()).toBe('abc');
    expect(output.subarray(0, 10).every((byte) => byte === 0xee)).toBe(true);
    expect(output.subarray(10 + size).every((byte) => byte === 0xee)).toBe(true);
  });
});
