import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarHeader } from '../../../src/layers/tar-header.ts';
import type { LayerEntry } from '../../../src/model/entry.ts';
import type { ContentSource, LayerContents, LayerFormat } from '../../../src/model/layer.ts';
import { rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import { tarPaddingBytes } from '../../../src/model/tar-format.ts';
import { CHUNK_BYTES, readToc, readTocMember, sha256, writeOne } from './written-layers.ts';

let directory: string;
const opened: number[] = [];
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-tar-sources-'));
});
afterAll(() => {
  for (const descriptor of opened) closeSync(descriptor);
  rmSync(directory, { recursive: true });
});

const metadata = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 7, xattrs: [], linkGroup: undefined };

function file(path: string, sizeBytes: number): LayerEntry {
  return { ...metadata, kind: 'file', path: rootfsPathFromText(path), sizeBytes, mtimeNanoseconds: 0n };
}

function spool(tar: Uint8Array): number {
  const path = join(directory, `spool${opened.length}.tar`);
  writeFileSync(path, tar);
  const descriptor = openSync(path, 'r');
  opened.push(descriptor);
  return descriptor;
}

/** Every byte of padding and of what follows the archive is random, so that a copy can be told from a new tar. */
const small = Buffer.from('small');
const big = randomBytes(CHUNK_BYTES * 2 + 17);
const entries = [file('small', small.length), file('empty', 0), file('big', big.length)];
const headers: readonly Uint8Array[] = entries.map((entry) => tarHeader(entry));
const padded = (index: number, content: Uint8Array, pad: (bytes: number) => Uint8Array): Uint8Array[] => [
  ...headers.slice(index, index + 1),
  content,
  pad(tarPaddingBytes(content.length)),
];
const tarWith = (pad: (bytes: number) => Uint8Array, end: Uint8Array): Buffer =>
  Buffer.concat([...padded(0, small, pad), ...padded(1, new Uint8Array(), pad), ...padded(2, big, pad), end]);
const tar = tarWith((bytes) => randomBytes(bytes), randomBytes(3_000_001));
const offsets = [tar.indexOf(small, 512), 0, tar.indexOf(big)];

function layer(format: LayerFormat, source: ContentSource, prefetchedEntryCount = 0): LayerContents {
  return { format, entries, source, prefetchedEntryCount };
}

describe.each<LayerFormat>(['estargz', 'gzip', 'none'])('a layer from a tar, written as %s', (format) => {
  it('has new headers and the contents of the tar', async () => {
    const { blob, bytes } = await writeOne(
      layer(format, { kind: 'tar', descriptor: spool(tar), offsets }),
      {},
    );
    const written = format === 'none' ? bytes : gunzipSync(bytes);
    const expected = tarWith((padding) => new Uint8Array(padding), new Uint8Array(1024));
    expect(written.subarray(0, expected.length).equals(expected)).toBe(true);
    expect(blob.diffId).toBe(sha256(written));
  });
});

describe('a layer that keeps the bytes of a tar', () => {
  const verbatim = (bytes: Uint8Array): ContentSource => ({
    kind: 'verbatim-tar',
    descriptor: spool(bytes),
    offsets,
    sizeBytes: bytes.length,
  });

  it.each<LayerFormat>(['gzip', 'none'])('is the same tar to the byte (%s)', async (format) => {
    const { blob } = await writeOne(layer(format, verbatim(tar)), {});
    expect(blob.diffId).toBe(sha256(tar));
    expect(blob.uncompressedSizeBytes).toBe(tar.length);
  });

  it('begins with the same tar as eStargz, and its TOC finds every chunk in it', async () => {
    const { bytes } = await writeOne(layer('estargz', verbatim(tar)), {});
    expect(gunzipSync(bytes).subarray(0, tar.length).equals(tar)).toBe(true);
    const { toc } = readToc(bytes);
    expect(toc.entries.map(({ name }) => name)).toEqual(['small', 'empty', 'big', 'big', 'big']);
    for (const [index, content] of [
      [0, small],
      [2, big.subarray(0, CHUNK_BYTES)],
      [4, big.subarray(2 * CHUNK_BYTES)],
    ] as const) {
      const member = gunzipSync(bytes.subarray(toc.entries[index]?.offset));
      expect(member.subarray(0, content.length).equals(content)).toBe(true);
      expect(toc.entries[index]?.chunkDigest).toBe(sha256(content));
    }
  });

  it('is the same tar also as eStargz when the TOC is external', async () => {
    const { blob, tocBlob, bytes } = await writeOne(layer('estargz', verbatim(tar)), { externalToc: true });
    expect(blob.diffId).toBe(sha256(tar));
    expect(gunzipSync(bytes).equals(tar)).toBe(true);
    const { json } = readTocMember(tocBlob?.bytes ?? Buffer.alloc(0));
    expect(blob.tocDigest).toBe(sha256(json));
  });

  it('may be empty', async () => {
    const source = {
      kind: 'verbatim-tar',
      descriptor: spool(Buffer.alloc(0)),
      offsets: [],
      sizeBytes: 0,
    } as const;
    for (const format of ['estargz', 'gzip', 'none'] as const) {
      const { blob, bytes } = await writeOne({ ...layer(format, source), entries: [] }, {});
      expect(blob.diffId).toBe(sha256(format === 'none' ? bytes : gunzipSync(bytes)));
    }
  });

  it('ends with an error when the tar is shorter than it was said to be', async () => {
    const source: ContentSource = { kind: 'tar', descriptor: spool(tar), offsets: [tar.length, 0, 0] };
    await expect(writeOne(layer('estargz', source), {})).rejects.toThrow(
      'the tar that a layer is written from ended early',
    );
  });
});

describe('a layer with files to prefetch', () => {
  it('has the landmark right after them, in a member of its own', async () => {
    const source: ContentSource = { kind: 'tar', descriptor: spool(tar), offsets };
    const { bytes } = await writeOne(layer('estargz', source, 1), {});
    const { toc } = readToc(bytes);
    const names = toc.entries.map(({ name }) => name);
    expect(names).toEqual(['small', '.prefetch.landmark', 'empty', 'big', 'big', 'big']);
    const [prefetched, landmark, , after] = toc.entries.map(({ offset }) => offset);
    expect(prefetched).toBeLessThan(landmark ?? 0);
    expect(landmark).toBeLessThan(after ?? 0);
    const member = gunzipSync(bytes.subarray(landmark));
    expect(member[0]).toBe(0x0f);
    // A plain tar reader has to find what comes after.
    expect(gunzipSync(bytes).indexOf(Buffer.alloc(1024))).toBeGreaterThan(gunzipSync(bytes).indexOf(big));
  });
});
