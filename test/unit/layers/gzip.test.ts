import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/layers/engines/choose-engine.ts';
import { openEngine } from '../../../src/layers/engines/open-engine.ts';
import { gzipMember, writeGzipMember, type DeflateEngine } from '../../../src/layers/gzip.ts';
import type { EngineName } from '../../../src/model/gzip-engine.ts';
import { libdeflateIsHere } from './engines/libdeflate-here.ts';

const samples: [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['one byte', Uint8Array.of(7)],
  ['zeros', new Uint8Array(300_000)],
  ['noise', randomBytes(300_000)],
  ['text', Buffer.from('the same words again and again, with a number '.repeat(9_000))],
];

const names: readonly EngineName[] = ['zlib', 'pako', ...(libdeflateIsHere ? (['libdeflate'] as const) : [])];

async function engine(name: EngineName, level: number): Promise<DeflateEngine> {
  return openEngine(await chooseEngine({ name, level, libdeflatePath: undefined }));
}

describe('a gzip member', () => {
  it.each(samples)('of %s inflates to what went in, by every engine at every level', async (_what, bytes) => {
    for (const name of names) {
      for (const level of name === 'libdeflate' ? [0, 1, 4, 9, 12] : [0, 1, 6, 9]) {
        expect(gunzipSync(gzipMember(await engine(name, level), bytes)).equals(bytes)).toBe(true);
      }
    }
  });

  it('says nothing about the machine that wrote it', async () => {
    for (const name of names) {
      const member = gzipMember(await engine(name, 9), Buffer.from('x'));
      expect([...member.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    }
  });

  it.each(samples)('of %s has the same bytes by zlib and by pako, the reference', async (_what, bytes) => {
    for (const level of [1, 6, 9]) {
      const member = gzipMember(await engine('zlib', level), bytes);
      expect(Buffer.from(member).equals(gzipMember(await engine('pako', level), bytes))).toBe(true);
    }
  });

  it('is written where it was told to and nowhere else', async () => {
    for (const name of names) {
      const output = new Uint8Array(100).fill(0xee);
      const size = writeGzipMember(await engine(name, 6), Buffer.from('abc'), output.subarray(10, 90));
      expect(gunzipSync(output.subarray(10, 10 + size)).toString()).toBe('abc');
      expect(output.subarray(0, 10).every((byte) => byte === 0xee)).toBe(true);
      expect(output.subarray(10 + size).every((byte) => byte === 0xee)).toBe(true);
    }
  });
});
