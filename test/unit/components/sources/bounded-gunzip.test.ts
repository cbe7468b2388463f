import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { gunzipAtMost } from '../../../../src/components/sources/bounded-gunzip.ts';

it('gives all of what fits', async () => {
  const { content, failure } = await gunzipAtMost(gzipSync('hello'), 100);
  expect(content.toString()).toBe('hello');
  expect(failure).toBeUndefined();
});

it('stops at the limit of a gzip bomb without failing', async () => {
  // What comes after the limit is damaged, so going on would fail.
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).subarray(0, -1000);
  const { content, failure } = await gunzipAtMost(bomb, 1_000_000);
  expect(content.length).toBe(1_000_000);
  expect(failure).toBeUndefined();
});

it('gives what comes before the damage, and the failure', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919}\n`).join('');
  const compressed = gzipSync(lines);
  const { content, failure } = await gunzipAtMost(
    compressed.subarray(0, compressed.length - 1000),
    1_000_000,
  );
  expect(content.length).toBeGreaterThan(1000);
  expect(lines.startsWith(content.toString())).toBe(true);
  expect(failure).toMatchObject({ code: 'Z_BUF_ERROR' });
});

it('gives nothing of what is no gzip', async () => {
  const { content, failure } = await gunzipAtMost(Buffer.from('plain text'), 100);
  expect(content.length).toBe(0);
  expect(failure).toMatchObject({ code: 'Z_DATA_ERROR' });
});
