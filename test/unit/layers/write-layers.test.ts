import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../../src/model/entry.ts';
import type { LayerFormat } from '../../../src/model/layer.ts';
import { rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import {
  CHUNK_BYTES,
  contents,
  joined,
  readToc,
  readTocMember,
  SETTINGS,
  sha256,
  write,
  type Written,
  writeLayers,
  writeOne,
} from './written-layers.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-layers-'));
  mkdirSync(join(directory, 'usr'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const metadata = {
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeSeconds: 1_600_000_000,
  xattrs: [],
  linkGroup: undefined,
};

function storedFile(path: string, content: Uint8Array): LayerEntry {
  writeFileSync(join(directory, path), content);
  const { mtimeNs } = statSync(join(directory, path), { bigint: true });
  const file = { sizeBytes: content.length, mtimeNanoseconds: mtimeNs };
  return { ...metadata, ...file, kind: 'file', path: rootfsPathFromText(path) };
}

/** Of zeros that take no room on the disk. */
function sparseFile(path: string, sizeBytes: number): LayerEntry {
  const entry = storedFile(path, new Uint8Array());
  truncateSync(join(directory, path), sizeBytes);
  const { mtimeNs } = statSync(join(directory, path), { bigint: true });
  return { ...entry, kind: 'file', linkGroup: undefined, sizeBytes, mtimeNanoseconds: mtimeNs };
}

/** Without holding the bytes. */
function digestOf(pieces: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}

function directoryEntry(path: string): LayerEntry {
  return { ...metadata, mode: 0o755, kind: 'directory', path: rootfsPathFromText(path) };
}

async function writeAs(format: LayerFormat, entries: readonly LayerEntry[]): Promise<Written> {
  return writeOne(contents(format, entries), { prefix: `${directory}/` });
}

describe.each<LayerFormat>(['estargz', 'gzip', 'none'])('a layer written as %s', (format) => {
  it('has the digest, diff ID and sizes that its bytes have', async () => {
    const { blob, bytes } = await writeAs(format, [
      directoryEntry('usr'),
      storedFile('usr/small', Buffer.from('small')),
      storedFile('usr/big', randomBytes(CHUNK_BYTES * 2 + 17)),
      storedFile('usr/zempty', new Uint8Array()),
    ]);
    const tar = format === 'none' ? bytes : gunzipSync(bytes);
    expect(blob.digest).toBe(sha256(bytes));
    expect(blob.sizeBytes).toBe(bytes.length);
    expect(blob.diffId).toBe(sha256(tar));
    expect(blob.uncompressedSizeBytes).toBe(tar.length);
    expect(tar.length % 512).toBe(0);
    expect(tar.includes('small'.padEnd(512, '\0'))).toBe(true);
  });

  it('keeps the bytes of a file larger than one gzip member and one job', async () => {
    const content = randomBytes(9 * 2 ** 20 + 5);
    const { bytes } = await writeAs(format, [storedFile('large', content)]);
    const tar = format === 'none' ? bytes : gunzipSync(bytes);
    expect(tar.subarray(512, 512 + content.length).equals(content)).toBe(true);
  });

  it('is not read to its end when a single thread is told to stop', async () => {
    const controller = new AbortController();
    let readBytes = 0;
    const writing = writeOne(contents(format, [sparseFile('stopped', 2 ** 26)]), {
      prefix: `${directory}/`,
      signal: controller.signal,
      onContentBytes(count) {
        readBytes += count;
        setImmediate(() => controller.abort(new Error('stopped')));
      },
    });
    await expect(writing).rejects.toThrow('stopped');
    expect(readBytes).toBeLessThan(2 ** 25);
  });
});

describe('a layer that is not compressed', () => {
  it('is read again to be handed over where it is large, and a file that changed in between is an error', async () => {
    const layer = contents('none', [storedFile('kept', randomBytes(2 ** 20)), sparseFile('twice', 2 ** 26)]);
    for await (const { blob, read } of writeLayers([layer], { ...SETTINGS, prefix: `${directory}/` })) {
      rmSync(join(directory, 'kept'));
      expect(digestOf(read())).toBe(blob.digest);
      utimesSync(join(directory, 'twice'), 1, 1);
      expect(() => [...read()]).toThrow('/twice changed while it was being read');
    }
  });

  it('is read once when it is small', async () => {
    const layer = contents('none', [storedFile('once', randomBytes(5 * 2 ** 20))]);
    for await (const { blob, read } of writeLayers([layer], { ...SETTINGS, prefix: `${directory}/` })) {
      rmSync(join(directory, 'once'));
      expect(sha256(joined(read()))).toBe(blob.digest);
    }
  });
});

describe('an eStargz layer', () => {
  const big = randomBytes(CHUNK_BYTES * 2 + 17);

  it('lists every entry and every chunk in its TOC, where they really are', async () => {
    const { blob, bytes } = await writeAs('estargz', [directoryEntry('usr'), storedFile('usr/big', big)]);
    const { toc, json } = readToc(bytes);
    expect(blob.tocDigest).toBe(sha256(json));
    expect(toc.entries.map(({ name, type }) => [name, type])).toEqual([
      ['usr/', 'dir'],
      ['usr/big', 'reg'],
      ['usr/big', 'chunk'],
      ['usr/big', 'chunk'],
      ['.no.prefetch.landmark', 'reg'],
    ]);
    for (const [index, at] of [0, CHUNK_BYTES, 2 * CHUNK_BYTES].entries()) {
      const chunk = big.subarray(at, at + CHUNK_BYTES);
      const entry = toc.entries[1 + index];
      expect(entry?.chunkDigest).toBe(sha256(chunk));
      expect(gunzipSync(bytes.subarray(entry?.offset)).subarray(0, chunk.length).equals(chunk)).toBe(true);
    }
    expect(toc.entries[1]).toMatchObject({ size: big.length, digest: sha256(big), chunkSize: CHUNK_BYTES });
    expect(toc.entries[3]).not.toHaveProperty('chunkSize');
  });

  it('ends for a plain tar reader before landmark and TOC', async () => {
    const { bytes } = await writeAs('estargz', [storedFile('a', Buffer.alloc(512, 'a'))]);
    const tar = gunzipSync(bytes);
    const end = tar.indexOf(Buffer.alloc(1024));
    expect(end).toBe(1024);
    expect(tar.indexOf('.no.prefetch.landmark')).toBeGreaterThan(end);
    expect(tar.indexOf('stargz.index.json')).toBeGreaterThan(end);
  });

  it('has no payload in the member at offset 0', async () => {
    const { bytes } = await writeAs('estargz', [storedFile('a', Buffer.from('a'))]);
    const offsets = readToc(bytes).toc.entries.map((entry) => entry.offset);
    expect(offsets.every((offset) => offset === undefined || offset > 0)).toBe(true);
  });

  it('gives a file of exactly one chunk no chunk fields and one byte more a second chunk', async () => {
    const exact = await writeAs('estargz', [storedFile('exact', randomBytes(CHUNK_BYTES))]);
    expect(readToc(exact.bytes).toc.entries).toHaveLength(2);
    expect(readToc(exact.bytes).toc.entries[0]).not.toHaveProperty('chunkSize');
    const more = await writeAs('estargz', [storedFile('more', randomBytes(CHUNK_BYTES + 1))]);
    expect(readToc(more.bytes).toc.entries[1]).toMatchObject({ type: 'chunk', chunkOffset: CHUNK_BYTES });
  });

  it('depends on its own entries only, not on the layers written before it', async () => {
    const first = [storedFile('first', randomBytes(200_000))];
    const second = [storedFile('second', Buffer.from('second'))];
    const layers = [contents('estargz', first), contents('estargz', second)];
    const together = await write(layers, { prefix: `${directory}/` });
    const alone = await writeAs('estargz', second);
    expect(together[1]?.blob).toEqual(alone.blob);
  });

  it('with many headers in a row starts new members between them', async () => {
    const entries = Array.from({ length: 5000 }, (_, index) => directoryEntry(`d${index}`));
    const { blob, bytes } = await writeAs('estargz', entries);
    expect(blob.diffId).toBe(sha256(gunzipSync(bytes)));
    expect(readToc(bytes).toc.entries).toHaveLength(5001);
  });
});

describe('an eStargz layer with an external TOC', () => {
  const entries = () => [directoryEntry('usr'), storedFile('usr/a', randomBytes(100_000))];

  it('is the layer with its TOC inside up to the TOC, which is a blob of its own', async () => {
    const settings = { prefix: `${directory}/` };
    const layer = contents('estargz', entries());
    const inside = await writeOne(layer, settings);
    const outside = await writeOne(layer, { ...settings, externalToc: true });
    const { tocOffset, json } = readToc(inside.bytes);
    expect(outside.bytes.subarray(0, -46).equals(inside.bytes.subarray(0, tocOffset))).toBe(true);
    expect(outside.bytes.subarray(-30, -13).toString()).toBe('STARGZEXTERNALTOC');
    expect(outside.blob.diffId).toBe(sha256(gunzipSync(outside.bytes)));
    expect(outside.blob.tocDigest).toBe(inside.blob.tocDigest);
    const { tocBlob } = outside;
    expect(readTocMember(tocBlob?.bytes ?? new Uint8Array()).json.equals(json)).toBe(true);
    expect(tocBlob).toMatchObject({
      digest: sha256(tocBlob?.bytes ?? new Uint8Array()),
      sizeBytes: tocBlob?.bytes.length,
    });
    expect(inside.tocBlob).toBeUndefined();
  });

  it.each<LayerFormat>(['gzip', 'none'])('has no TOC blob as %s', async (format) => {
    const { blob, tocBlob } = await writeOne(contents(format, entries()), {
      prefix: `${directory}/`,
      externalToc: true,
    });
    expect([blob.tocDigest, tocBlob]).toEqual([undefined, undefined]);
  });
});

describe('writing layers', () => {
  it('reports every content byte once', async () => {
    const reported: number[] = [];
    await writeOne(contents('estargz', [storedFile('x', randomBytes(300_000))]), {
      prefix: `${directory}/`,
      onContentBytes: (count) => reported.push(count),
    });
    expect(reported.reduce((sum, count) => sum + count, 0)).toBe(300_000);
  });

  it.each([
    ['grew', (path: string) => writeFileSync(path, 'longer than it was')],
    ['shrank', (path: string) => writeFileSync(path, '')],
    ['vanished', (path: string) => rmSync(path)],
  ])('stops with the path when a file %s since the scan', async (_what, change) => {
    const entry = storedFile('usr/changing', Buffer.from('content'));
    change(join(directory, 'usr/changing'));
    await expect(writeAs('estargz', [entry])).rejects.toThrow(
      '/usr/changing changed while it was being read',
    );
  });
});
