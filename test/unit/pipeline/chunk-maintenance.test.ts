import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listImages } from '../../../src/chunks/stored-image.ts';
import { noise } from '../chunks/noise.ts';
import { imageOf, inStore, totals, type TestStore } from './chunk-stores.ts';

const LARGE = noise(1, 40_000);
const EDITED = Buffer.concat([LARGE.subarray(0, 20_000), noise(2, 107), LARGE.subarray(20_100)]);

describe('a store that is verified', () => {
  const somewhere = (store: TestStore): string => {
    const [name = ''] = store.chunks();
    return join(store.directory, 'chunks', name.slice(0, 2), name);
  };

  it('has no findings when it is whole', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      expect(await store.verify()).toMatchObject({ imageCount: 1, indexCount: 1, findings: [] });
    });
  });

  it.each([
    ['cut off', (path: string) => truncateSync(path, 10)],
    ['longer', (path: string) => appendFileSync(path, 'x')],
    [
      'another',
      (path: string) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte) => byte ^ 1),
        ),
    ],
  ])('names a chunk that is %s; dropped, it is written anew by the next add', async (_name, damage) => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      damage(somewhere(store));
      expect(await store.findings()).toEqual([`damaged: chunk ${store.chunks()[0]}`]);
      await expect(store.restore('image-1')).rejects.toMatchObject({ code: 'bad-store' });
      expect((await store.verify(true)).droppedCount).toBe(1);
      expect(totals(await store.add(imageOf({ a: LARGE }))).newChunkCount).toBe(1);
      expect(await store.findings()).toEqual([]);
    });
  });

  it('names every chunk that is missing', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      const lost = store.chunks().slice(0, 3);
      for (const name of lost) rmSync(join(store.directory, 'chunks', name.slice(0, 2), name));
      expect((await store.findings()).sort()).toEqual(lost.map((name) => `missing: chunk ${name}`));
      await expect(store.restore('image-1')).rejects.toThrow(
        /^the chunk [0-9a-f]{64} of the chunk store is missing$/,
      );
    });
  });

  it('names what nothing needs', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      const paths = [join(store.directory, 'chunks', 'garbage'), join(somewhere(store), '..', 'garbage')];
      for (const path of paths) writeFileSync(path, 'x');
      expect(await store.findings()).toEqual(paths.map((path) => `stray: ${path}`));
      await store.remove('image-1');
      const { findings } = await store.verify();
      expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['stray']));
      await store.clean();
      expect(await store.findings()).toEqual([]);
    });
  });

  it('names indexes and images that are damaged or missing', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      const [index = ''] = readdirSync(join(store.directory, 'indexes'));
      const path = join(store.directory, 'indexes', index);
      const whole = readFileSync(path);
      writeFileSync(path, whole.subarray(0, whole.length - 20));
      expect((await store.findings())[0]).toBe(`damaged: index ${index}`);
      await expect(store.clean()).rejects.toThrow(`the index ${index} of the chunk store is damaged`);
      rmSync(path);
      expect((await store.findings())[0]).toBe(`missing: index ${index}`);
      await store.add(imageOf({ a: LARGE }), { name: 'image-1' });
      expect(await store.findings()).toEqual([]);
      const [name = ''] = readdirSync(join(store.directory, 'images'));
      writeFileSync(join(store.directory, 'images', name), '{"version":1}');
      expect((await store.findings())[0]).toBe('damaged: image');
    });
  });
});

describe('a store that is cleaned', () => {
  it('loses what no image needs, and nothing the second time', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      const { newChunkCount } = totals(await store.add(imageOf({ a: EDITED })));
      expect(await store.clean()).toMatchObject({ indexCount: 0, chunkCount: 0 });
      expect(await store.remove('image-2')).toEqual(['image-2']);
      expect(await store.clean()).toMatchObject({
        indexCount: 1,
        chunkCount: newChunkCount,
        keptChunkCount: 0,
      });
      expect(await store.clean()).toMatchObject({ indexCount: 0, chunkCount: 0 });
      expect(await store.findings()).toEqual([]);
      expect((await store.restore('image-1')).layers).toHaveLength(1);
    });
  });

  it('loses everything when all is meant', async () => {
    await inStore(async (store) => {
      await store.add(imageOf({ a: LARGE }));
      expect(await store.clean(true)).toMatchObject({ imageCount: 1, indexCount: 1 });
      expect(store.chunks()).toEqual([]);
      expect(listImages(store.store)).toEqual([]);
    });
  });
});
