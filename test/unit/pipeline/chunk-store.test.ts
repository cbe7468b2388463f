import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeStats } from '../../../src/chunks/store-stats.ts';
import { listImages } from '../../../src/chunks/stored-image.ts';
import type { StoreStats } from '../../../src/model/chunk-report.ts';
import { noise } from '../chunks/noise.ts';
import { blobName } from '../images/layouts.ts';
import { END_OF_ARCHIVE, tarBlock } from '../images/tar-blocks.ts';
import { file, image, layerOf, readImage, TAR, UPPER_TAR } from './convert-images.ts';
import { imageOf, inStore, SMALL_CHUNKS, totals, type TestStore } from './chunk-stores.ts';

const LARGE = noise(1, 40_000);
/** In its middle 100 bytes are others, and 7 more. */
const EDITED = Buffer.concat([LARGE.subarray(0, 20_000), noise(2, 107), LARGE.subarray(20_100)]);
const OTHER = noise(3, 30_000);

function statsOf({ store }: TestStore, maxChunks?: number): Promise<StoreStats> {
  const run = { signal: new AbortController().signal, onProgress: () => {} };
  return computeStats(store, listImages(store), { ...run, ...(maxChunks !== undefined && { maxChunks }) });
}

describe('an image that is added to a chunk store', () => {
  it('brings every chunk once, and nothing new the second time', async () => {
    await inStore(async (store) => {
      const added = await store.add(imageOf({ a: LARGE, b: LARGE }, { c: OTHER }));
      const { chunkCount, newChunkCount } = totals(added);
      expect(store.chunks()).toHaveLength(newChunkCount);
      // The second of the two files that are the same has no chunk of its own.
      const ofLarge = (added.layers[0]?.chunkCount ?? 0) / 2;
      expect(chunkCount - newChunkCount).toBe(ofLarge);
      const again = await store.add(imageOf({ a: LARGE, b: LARGE }, { c: OTHER }));
      expect(totals(again)).toEqual({ chunkCount, newChunkCount: 0 });
      expect(store.chunks()).toHaveLength(newChunkCount);
    });
  });

  it.each([
    ['fixed-size', { name: 'fixed-size', chunkSizeBytes: 1024 }],
    ['file-boundary', { name: 'file-boundary' }],
    ['content-defined', SMALL_CHUNKS],
  ] as const)('comes back to the byte, cut by %s', async (_name, strategy) => {
    for (const filesystem of [true, false]) {
      await inStore(async (store) => {
        const tars = [TAR, UPPER_TAR, Buffer.concat([TAR, noise(4, 5000)])];
        await store.add(image(...tars.map((tar) => layerOf(tar))), { strategy, filesystem });
        const { layers, path } = await store.restore('image-1');
        const restored = layers.map(({ digest }) => readFileSync(join(path, blobName(digest))));
        expect(restored.map((tar, index) => tar.equals(tars[index] ?? Buffer.alloc(0)))).toEqual([
          true,
          true,
          true,
        ]);
        expect(await store.findings()).toEqual([]);
      });
    }
  });

  it('has one chunk for every file when cut at file boundaries', async () => {
    for (const filesystem of [true, false]) {
      await inStore(async (store) => {
        const strategy = { name: 'file-boundary' } as const;
        const added = await store.add(imageOf({ a: LARGE, b: OTHER, c: LARGE }), { strategy, filesystem });
        // Without a file system the headers before each content are chunks too, and the end of the archive.
        expect(added.layers[0]?.chunkCount).toBe(filesystem ? 3 : 7);
        const sizes = store
          .chunks()
          .map((name) => readFileSync(join(store.directory, 'chunks', name.slice(0, 2), name)).length);
        expect(sizes).toEqual(expect.arrayContaining([LARGE.length, OTHER.length]));
      });
    }
  });

  it('is told of layer by layer, also of one that it has twice', async () => {
    await inStore(async (store) => {
      const layer = { a: noise(1, 5000) };
      const { layers } = await store.add(imageOf(layer, layer));
      const [first, second] = layers;
      expect(layers).toHaveLength(2);
      expect(first?.newChunkCount).toBe(first?.chunkCount);
      expect(second).toEqual({ ...first, newChunkCount: 0, newBytes: 0 });
    });
  });

  it('is called what it was added as when its name is empty', async () => {
    await inStore(async (store) => {
      const files = imageOf({ a: LARGE });
      const annotated = '"annotations":{"org.opencontainers.image.ref.name":""},"digest"';
      const index = String(files['index.json']).replace('"digest"', annotated);
      const { name } = await store.add({ ...files, 'index.json': index }, { name: undefined });
      expect(name).toBe('image-1');
    });
  });

  it('may be a tar that nobody understands, and comes back all the same', async () => {
    await inStore(async (store) => {
      const strange = Buffer.concat([
        file('a', 'a'),
        tarBlock({ name: 'sparse', type: 'S' }),
        noise(5, 3000),
      ]);
      await store.add(image(layerOf(strange)));
      expect(store.warnings.join()).toMatch(/is stored as bytes from this place on: .*type "S"/);
      const { layers } = await store.restore('image-1');
      expect(layers[0]?.bytes).toBe(strange.length);
    });
  });

  it('keeps its manifest, its config and its name', async () => {
    await inStore(async (store) => {
      await store.add(image(layerOf(TAR, 'none')), { name: 'localhost/app:1' });
      const { path, digest } = await store.restore('localhost/app:1');
      const stored = listImages(store.store)[0];
      expect(stored?.manifestDigest).toBe(digest);
      expect(readFileSync(join(path, 'index.json'), 'utf8')).toContain('"localhost/app:1"');
    });
  });

  it('was eStargz, and becomes it again without what belonged to the format', async () => {
    await inStore(async (store) => {
      const layer = layerOf(Buffer.concat([file('a', 'a'), file('stargz.index.json', '{}'), END_OF_ARCHIVE]));
      const annotations = { 'containerd.io/snapshot/stargz/toc.digest': `sha256:${'1'.repeat(64)}` };
      await store.add(image({ ...layer, descriptor: { ...layer.descriptor, annotations } }));
      const plain = await store.restore('image-1');
      expect(plain.layers[0]?.outcome).toEqual({ kind: 'kept' });
      const manifest = readFileSync(join(plain.path, blobName(plain.digest)), 'utf8');
      expect(manifest).not.toContain('annotations');
      const { layers, path } = await store.restore('image-1', 'estargz');
      expect(layers[0]?.outcome).toEqual({ kind: 'converted' });
      const { findings, inodes } = await readImage({ kind: 'oci-directory', path });
      expect(findings).toEqual([]);
      expect([...inodes.keys()]).toEqual(['a']);
    });
  });

  it('takes the place of the one that had its name', async () => {
    await inStore(async (store) => {
      const first = await store.add(imageOf({ a: LARGE }), { name: 'app' });
      const second = await store.add(imageOf({ a: OTHER }), { name: 'app' });
      expect(second.replacedDigest).toBe(first.manifestDigest);
      expect(listImages(store.store).map(({ name }) => name)).toEqual(['app']);
      expect((await store.clean()).indexCount).toBe(1);
    });
  });

  it('is found by its name, by what it was added as, and by its digest', async () => {
    await inStore(async (store) => {
      const { manifestDigest } = await store.add(imageOf({ a: LARGE }), { name: 'app:1' });
      await store.add(imageOf({ a: OTHER }), { name: 'app:2' });
      for (const text of ['app:1', 'image-1', manifestDigest, manifestDigest.slice(7, 19)]) {
        expect((await store.restore(text)).layers).toHaveLength(1);
      }
      await expect(store.restore('app')).rejects.toMatchObject({
        code: 'bad-store',
        message: `the chunk store ${store.directory} has no image called "app"`,
        hint: 'Name one of "app:1", "app:2".',
      });
    });
  });
});

describe('chunks cut by content', () => {
  it('are shared around an edit, which chunks of a fixed size are not', async () => {
    const shared = async (strategy: Parameters<TestStore['add']>[1]): Promise<number> =>
      inStore(async (store) => {
        await store.add(imageOf({ a: LARGE }), strategy);
        const { chunkCount, newChunkCount } = totals(await store.add(imageOf({ a: EDITED }), strategy));
        return chunkCount - newChunkCount;
      });
    expect(await shared({ strategy: SMALL_CHUNKS })).toMatchInlineSnapshot(`35`);
    // Only what stands before the edit.
    expect(await shared({ strategy: { name: 'fixed-size', chunkSizeBytes: 1024 } })).toBe(19);
    expect(await shared({ strategy: { name: 'file-boundary' } })).toBe(0);
  });
});

describe('what the images of a store share', () => {
  it('is counted by image and by two of them', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      await store.add(imageOf({ a: EDITED }));
      await store.add(imageOf({ x: OTHER }, { x: OTHER, a: LARGE }));
      const stats = await statsOf(store);
      expect({ ...stats, indexBytes: undefined }).toMatchInlineSnapshot(`
        {
          "images": [
            {
              "chunkBytes": 40000,
              "chunkCount": 36,
              "chunking": "content-defined-1024-fs",
              "layerCount": 1,
              "name": "image-1",
              "ownBytes": 0,
              "ownChunkCount": 0,
              "sizeBytes": 42496,
              "uniqueBytes": 40000,
              "uniqueChunkCount": 36,
            },
            {
              "chunkBytes": 40007,
              "chunkCount": 36,
              "chunking": "content-defined-1024-fs",
              "layerCount": 1,
              "name": "image-2",
              "ownBytes": 1422,
              "ownChunkCount": 1,
              "sizeBytes": 42496,
              "uniqueBytes": 40007,
              "uniqueChunkCount": 36,
            },
            {
              "chunkBytes": 100000,
              "chunkCount": 96,
              "chunking": "content-defined-1024-fs",
              "layerCount": 2,
              "name": "image-3",
              "ownBytes": 30000,
              "ownChunkCount": 30,
              "sizeBytes": 105984,
              "uniqueBytes": 70000,
              "uniqueChunkCount": 66,
            },
          ],
          "indexBytes": undefined,
          "indexCount": 4,
          "pairs": [
            {
              "left": "image-1",
              "right": "image-2",
              "sharedBytes": 38585,
              "sharedChunkCount": 35,
            },
            {
              "left": "image-1",
              "right": "image-3",
              "sharedBytes": 40000,
              "sharedChunkCount": 36,
            },
            {
              "left": "image-2",
              "right": "image-3",
              "sharedBytes": 38585,
              "sharedChunkCount": 35,
            },
          ],
          "uniqueBytes": 71422,
          "uniqueChunkCount": 67,
        }
      `);
      const sizes = store
        .chunks()
        .map((name) => readFileSync(join(store.directory, 'chunks', name.slice(0, 2), name)).length);
      expect(stats.uniqueBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
      // The same when only a part of the chunks is looked at at a time.
      expect(await statsOf(store, 1)).toEqual(stats);
    });
  });
});

describe('a directory that is no chunk store', () => {
  it('is refused', async () => {
    await inStore(async (store) => {
      await expect(store.verify()).rejects.toMatchObject({
        code: 'bad-store',
        message: `${store.directory} is no chunk store`,
        hint: 'layah chunk add makes one.',
      });
      const { directory } = store;
      const inside = { store: join(directory, '..') };
      await expect(store.add(imageOf({ a: LARGE }), inside)).rejects.toThrow(
        /is no chunk store, and it is not empty: it holds in-1$/,
      );
      await store.add(image(layerOf(END_OF_ARCHIVE)));
      writeFileSync(join(directory, 'layah-chunk-store.json'), '{}');
      await expect(store.verify()).rejects.toThrow(/is not of this version of layah$/);
    });
  });
});
