import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../src/layers/engines/choose-engine.ts';
import type { LayerEntry } from '../../src/model/entry.ts';
import type { Toc, TocEntry } from '../../src/model/estargz.ts';
import type { EngineName, GzipEngine } from '../../src/model/gzip-engine.ts';
import type { LayerContents } from '../../src/model/layer.ts';
import { rootfsPathFromText } from '../../src/model/rootfs-path.ts';
import { libdeflateIsHere } from '../unit/layers/engines/libdeflate-here.ts';
import { readToc, readTocMember, sha256, writeOne, type Written } from '../unit/layers/written-layers.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-min-chunk-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const metadata = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 7, xattrs: [], linkGroup: undefined };

/** Compresses well, hardly, or not at all. */
const content = fc.oneof(
  fc.constant(new Uint8Array()),
  fc.uint8Array({ minLength: 1, maxLength: 600 }),
  fc.integer({ min: 1, max: 60_000 }).map((size) => Buffer.alloc(size, 'layer ')),
  fc.integer({ min: 1, max: 30_000 }).map((size) => randomBytes(size)),
);

const names: readonly EngineName[] = ['zlib', ...(libdeflateIsHere ? (['libdeflate'] as const) : [])];
const engines = await Promise.all(
  names.map(async (name) => chooseEngine({ name, level: 1, libdeflatePath: undefined })),
);

const settings = fc.record({
  contents: fc.array(content, { minLength: 1, maxLength: 25 }),
  chunkSizeBytes: fc.constantFrom(4096, 10_000, 65_536),
  minChunkSizeBytes: fc.constantFrom(0, 1, 500, 5000, 50_000, 4 << 20),
  prefetchedEntryCount: fc.nat(3),
  externalToc: fc.boolean(),
  engine: fc.constantFrom(...engines),
});

/** Every file as an entry of a layer whose contents lie one after the other in a spool, with directories between them. */
function layerOf(
  contents: readonly Uint8Array[],
  prefetchedEntryCount: number,
  descriptor: number,
): LayerContents {
  const entries: LayerEntry[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const [index, { length: sizeBytes }] of contents.entries()) {
    const path = rootfsPathFromText(`d${index}`);
    entries.push({ ...metadata, kind: 'directory', path });
    entries.push({
      ...metadata,
      kind: 'file',
      path: rootfsPathFromText(`d${index}/f`),
      sizeBytes,
      mtimeNanoseconds: 0n,
    });
    offsets.push(0, at);
    at += sizeBytes;
  }
  return {
    format: 'estargz',
    entries,
    source: { kind: 'tar', descriptor, offsets },
    prefetchedEntryCount: Math.min(prefetchedEntryCount, entries.length),
  };
}

interface Case {
  readonly contents: readonly Uint8Array[];
  readonly chunkSizeBytes: number;
  readonly minChunkSizeBytes: number;
  readonly prefetchedEntryCount: number;
  readonly externalToc: boolean;
  readonly engine: GzipEngine;
}

async function writeCase({ contents, prefetchedEntryCount, ...rest }: Case): Promise<Written> {
  const path = join(directory, 'contents');
  writeFileSync(path, Buffer.concat(contents));
  const descriptor = openSync(path, 'r');
  try {
    return await writeOne(layerOf(contents, prefetchedEntryCount, descriptor), rest);
  } finally {
    closeSync(descriptor);
  }
}

function tocOf({ bytes, tocBlob }: Written): Toc {
  return tocBlob === undefined ? readToc(bytes).toc : readTocMember(tocBlob.bytes).toc;
}

/** The contents that a reader finds which knows the blob and its TOC only. */
function readFiles(bytes: Buffer, toc: Toc): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const members = new Map<number, Buffer>();
  let file: TocEntry | undefined;
  for (const [index, row] of toc.entries.entries()) {
    if (row.type === 'reg') file = row;
    if ((row.type !== 'reg' && row.type !== 'chunk') || file?.size === undefined) continue;
    const next = toc.entries[index + 1];
    const end = next?.type === 'chunk' ? (next.chunkOffset ?? 0) : file.size;
    const { offset = 0, innerOffset = 0, chunkOffset = 0 } = row;
    const member = members.get(offset) ?? gunzipSync(bytes.subarray(offset));
    members.set(offset, member);
    const chunk = member.subarray(innerOffset, innerOffset + end - chunkOffset);
    expect(row.chunkDigest).toBe(sha256(chunk));
    files.set(row.name, Buffer.concat([files.get(row.name) ?? Buffer.alloc(0), chunk]));
  }
  return files;
}

function memberOffsets(toc: Toc): number[] {
  return [...new Set(toc.entries.flatMap(({ offset }) => (offset === undefined ? [] : [offset])))];
}

describe('with any minimum chunk size', () => {
  it('every file is found where the TOC says, and the tar is the same', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (one) => {
        const written = await writeCase(one);
        const toc = tocOf(written);
        const files = readFiles(written.bytes, toc);
        for (const [index, bytes] of one.contents.entries()) {
          expect((files.get(`d${index}/f`) ?? Buffer.alloc(0)).equals(bytes)).toBe(true);
        }
        const plain = await writeCase({ ...one, minChunkSizeBytes: 0, externalToc: true });
        const tar = gunzipSync(plain.bytes);
        expect(gunzipSync(written.bytes).subarray(0, tar.length).equals(tar)).toBe(true);
        expect(written.blob.diffId).toBe(sha256(gunzipSync(written.bytes)));
      }),
      { numRuns: 25 },
    );
  });

  it('no payload stands in the member at offset 0, and the landmark starts one', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (one) => {
        const { entries } = tocOf(await writeCase(one));
        const landmark = entries.find(({ name }) => name.endsWith('prefetch.landmark'));
        expect(landmark?.innerOffset).toBeUndefined();
        const before = entries.slice(0, landmark === undefined ? 0 : entries.indexOf(landmark));
        for (const { offset } of entries) expect(offset === undefined || offset > 0).toBe(true);
        for (const { offset } of before) expect(offset ?? 0).toBeLessThan(landmark?.offset ?? 0);
      }),
      { numRuns: 25 },
    );
  });

  it('members are never more than without it, nor fewer than when it is out of reach', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (one) => {
        const counts: number[] = [];
        for (const minChunkSizeBytes of [0, 1000, 4000, 16_000, 1 << 20]) {
          counts.push(memberOffsets(tocOf(await writeCase({ ...one, minChunkSizeBytes }))).length);
        }
        // Between the two a larger one may make more of them: it moves all that follow.
        expect(Math.max(...counts)).toBe(counts[0]);
        expect(Math.min(...counts)).toBe(counts.at(-1));
      }),
      { numRuns: 6 },
    );
  });
});
