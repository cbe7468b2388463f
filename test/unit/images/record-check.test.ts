import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OCI } from './layouts.ts';
import { END_OF_ARCHIVE, padded, tarBlock } from './tar-blocks.ts';
import { plainLayer, verifyBuiltLayer } from './verify-built-layer.ts';

const file = (name: string, content: string): Buffer =>
  Buffer.concat([tarBlock({ name, size: content.length }), padded(Buffer.from(content))]);

async function findings(...entries: readonly Buffer[]): Promise<readonly string[]> {
  const tar = Buffer.concat([...entries, END_OF_ARCHIVE]);
  return (await verifyBuiltLayer(plainLayer(gzipSync(tar), tar, OCI.gzipLayer))).findings;
}

describe('the layer of a record image', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it('with valid lines has no findings', async () => {
    const lines = ['{"path":"usr/bin/a"}', `{"path":"b","manifestDigest":"${digest}","layerIndex":3}`, ''];
    expect(await findings(file('stargz.record.json', lines.join('\n')))).toEqual([]);
  });

  it('with a line that is none is found, by its number', async () => {
    expect(await findings(file('stargz.record.json', '{"path":"a"}\n{"path":'))).toEqual([
      'record: line 2 of the record: it is not a JSON object',
    ]);
    expect(await findings(file('./stargz.record.json', '{"path":"a","manifestDigest":"x"}'))).toEqual([
      'record: line 1 of the record: its "manifestDigest" is no SHA-256 digest',
    ]);
  });

  it('that is too large is not read', async () => {
    expect(await findings(file('stargz.record.json', '\n'.repeat((16 << 20) + 1)))).toEqual([
      'record: the record has 16777217 bytes, more than the 16777216 that are read',
    ]);
  });

  it('is no other one that has a file of that name among others', async () => {
    expect(await findings(file('stargz.record.json', 'x'), file('a', 'y'))).toEqual([]);
    expect(await findings(file('a', 'y'), file('stargz.record.json', 'x'))).toEqual([]);
  });
});
