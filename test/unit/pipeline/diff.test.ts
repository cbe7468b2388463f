import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLayer } from '../images/layer-builder.ts';
import { layerOf } from './convert-images.ts';
import { diffFiles, diffLayers } from './diff-images.ts';
import { named } from './inspect-images.ts';
import { tarOf, type TarFiles } from './layer-tars.ts';
import { imageFiles } from './verify-images.ts';

const STATUS = 'var/lib/dpkg/status';

/** A layer with a dpkg database that lists one package, and its file. */
function packageLayer(version: string, content: string) {
  const status = `Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
  return layerOf(
    tarOf({ [STATUS]: status, 'var/lib/dpkg/info/tool.list': '/usr/bin/tool\n', 'usr/bin/tool': content }),
  );
}

/** Digits without a pattern. */
function pseudoRandomText(length: number): string {
  return Array.from({ length: Math.ceil(length / 64) }, (_, index) => hash('sha256', `${index}`))
    .join('')
    .slice(0, length);
}

describe('layah diff', () => {
  it('downloads the layers that the old image has not, and the config when it is another one', async () => {
    const shared = layerOf(tarOf({ a: 'same' }));
    const gone = layerOf(tarOf({ b: 'old' }));
    const fresh = layerOf(tarOf({ b: 'newer' }));
    const { download, totals, layers } = await diffLayers([shared, gone], [shared, fresh]);
    expect(layers.map(({ fate, index, digest }) => [fate, index, digest])).toEqual([
      ['shared', 0, shared.descriptor.digest],
      ['new', 1, fresh.descriptor.digest],
      ['gone', 1, gone.descriptor.digest],
    ]);
    expect(totals.new).toMatchObject({
      layerCount: 1,
      sizeBytes: 5,
      compressedBytes: fresh.descriptor.size,
      tarBytes: tarOf({ b: 'newer' }).length,
    });
    expect(download.layerBytes).toBe(fresh.descriptor.size);
    expect(download.blobBytes).toBe(fresh.descriptor.size + download.configBytes);
    expect(download.configBytes).toBeGreaterThan(0);
  });

  it('sees that a layer was only compressed in another way, which is downloaded all the same', async () => {
    const tar = tarOf({ a: 'same' });
    const { layers, download } = await diffLayers([layerOf(tar)], [layerOf(tar, 'none')]);
    expect(layers.map(({ fate, isRecompressed }) => [fate, isRecompressed])).toEqual([
      ['new', true],
      ['gone', true],
    ]);
    expect(download.layerBytes).toBe(tar.length);
  });

  it('counts a layer that the new image has twice once', async () => {
    const layer = layerOf(tarOf({ a: '1' }));
    const { download, new: updated } = await diffLayers([layerOf(tarOf({ b: '2' }))], [layer, layer]);
    expect(download).toMatchObject({ layerCount: 1, layerBytes: layer.descriptor.size, share: 1 });
    expect(updated.layerCount).toBe(2);
  });

  it('says what the package database has of versions', async () => {
    const { components } = await diffLayers([packageLayer('1.0-1', 'old')], [packageLayer('1.0-2', 'new!')]);
    expect(components).toEqual([
      {
        name: 'dpkg/database',
        fate: 'updated',
        oldVersion: undefined,
        newVersion: undefined,
        oldBytes: 79,
        newBytes: 79,
        downloadBytes: 79,
        files: { added: 0, removed: 0, changed: 1, touched: 0 },
      },
      {
        name: 'dpkg/tool',
        fate: 'updated',
        oldVersion: '1.0-1',
        newVersion: '1.0-2',
        oldBytes: 17,
        newBytes: 18,
        downloadBytes: 18,
        files: { added: 0, removed: 0, changed: 1, touched: 0 },
      },
    ]);
  });

  it('reads the databases of eStargz layers by their TOC entries', async () => {
    const status = 'Package: tool\nStatus: install ok installed\nVersion: 3\n';
    const layer = (content: string) =>
      buildLayer({
        entries: [
          { name: STATUS, content: status },
          { name: 'var/lib/dpkg/info/tool.list', content: '/usr/bin/tool\n' },
          { name: 'usr/bin/tool', content },
        ],
      });
    const { components } = await diffLayers([layer('a'), layer('b')], [layer('c')]);
    expect(components.map(({ name, newVersion, fate }) => [name, newVersion, fate])).toEqual([
      ['dpkg/database', undefined, 'repacked'],
      ['dpkg/tool', '3', 'updated'],
    ]);
  });

  it('tells components that are new, gone, updated, repacked and unchanged apart', async () => {
    const stays = named(layerOf(tarOf({ stays: '1' })), 'c/stays');
    const old = [
      stays,
      named(layerOf(tarOf({ moved: '1' })), 'c/moved'),
      named(layerOf(tarOf({ changed: '1' })), 'c/changed'),
      named(layerOf(tarOf({ removed: '1' })), 'c/removed'),
    ];
    const updated = [
      stays,
      named(layerOf(tarOf({ changed: '22' })), 'c/changed'),
      named(layerOf(tarOf({ added: '333' })), 'c/added'),
      // The same content in another blob: a client that has the old one must fetch it.
      named(layerOf(tarOf({ moved: '1' }), 'none'), 'c/moved'),
    ];
    const { components } = await diffLayers(old, updated);
    expect(components.map(({ name, fate, downloadBytes }) => [name, fate, downloadBytes])).toEqual([
      ['c/added', 'added', 3],
      ['c/changed', 'updated', 2],
      ['c/moved', 'repacked', 1],
      ['c/removed', 'removed', 0],
      ['c/stays', 'unchanged', 0],
    ]);
  });

  it('lists the files that differ, and whether more than their metadata does', async () => {
    const entry = { name: 'touched', content: 'x' };
    const old = buildLayer({
      entries: [entry, { name: 'changed', content: '1' }, { name: 'gone', content: '' }],
    });
    const updated = buildLayer({
      entries: [
        { ...entry, mode: 0o600 },
        { name: 'changed', content: '2' },
        { name: 'new', content: '12' },
      ],
    });
    const { files } = await diffLayers([old], [updated], { listsFiles: true });
    expect(files).toEqual([
      { path: '/changed', change: 'changed', oldBytes: 1, newBytes: 1, component: 'layah/unclaimed' },
      { path: '/gone', change: 'removed', oldBytes: 0, newBytes: undefined, component: 'layah/unclaimed' },
      { path: '/new', change: 'added', oldBytes: undefined, newBytes: 2, component: 'layah/unclaimed' },
      { path: '/touched', change: 'touched', oldBytes: 1, newBytes: 1, component: 'layah/unclaimed' },
    ]);
  });

  it('counts for clients that re-use chunks only the members with chunks that the old image has not', async () => {
    // Chunks of 40 bytes.
    const start = 'a'.repeat(40);
    const old = buildLayer({ entries: [{ name: 'f', content: `${start}old` }] });
    const updated = buildLayer({ entries: [{ name: 'f', content: `${start}new!` }] });
    const plain = layerOf(tarOf({ g: 'plain' }));
    const { chunks } = await diffLayers([old], [updated, plain]);
    expect(chunks).toMatchObject({
      chunkCount: 2,
      sharedChunkCount: 1,
      newChunkBytes: 4,
      otherLayerBytes: plain.descriptor.size,
    });
    expect(chunks.newMemberBytes).toBeGreaterThan(0);
    expect(chunks.newMemberBytes).toBeLessThan(updated.descriptor.size);
    expect(chunks.downloadBytes).toBe(chunks.newMemberBytes + plain.descriptor.size);
  });

  it('takes files of plain layers for chunks that a client has', async () => {
    const plain = layerOf(tarOf({ f: 'content' }));
    const estargz = buildLayer({ entries: [{ name: 'f', content: 'content' }] });
    const { chunks } = await diffLayers([plain], [estargz]);
    expect(chunks).toMatchObject({ chunkCount: 1, sharedChunkCount: 1, downloadBytes: 0 });
  });

  it('counts by content-defined chunks what a chunk store would fetch, whatever stands before it', async () => {
    const content = pseudoRandomText(200_000);
    const old = layerOf(tarOf({ f: content }));
    const updated = layerOf(tarOf({ f: `some more ${content}` }));
    const shared = layerOf(tarOf({ g: 'shared' }));
    const { contentDefined, totals } = await diffLayers([shared, old], [shared, updated], {
      contentDefinedBytes: 4096,
    });
    const { chunkCount = 0, sharedChunkCount = 0, newChunkBytes = 0, sizeBytes } = contentDefined ?? {};
    expect(sizeBytes).toBe(totals.new.sizeBytes);
    expect(chunkCount).toBeGreaterThan(20);
    expect(chunkCount - sharedChunkCount).toBeLessThan(5);
    expect(newChunkBytes).toBeGreaterThan(0);
    expect(newChunkBytes).toBeLessThan(0.2 * 200_000);
    const same = await diffLayers([old], [layerOf(tarOf({ f: content }), 'none')], {
      contentDefinedBytes: 4096,
    });
    expect(same.contentDefined).toMatchObject({ newChunkBytes: 0 });
  });

  it('takes the config for something to download only when it differs', async () => {
    const layer = layerOf(tarOf({ a: '1' }));
    const files = imageFiles({ layers: [layer] });
    const other = imageFiles({ layers: [layer], editConfig: (config) => void (config['author'] = 'me') });
    expect((await diffFiles(files, files)).download).toMatchObject({
      configBytes: 0,
      blobBytes: 0,
      share: 0,
    });
    const { download } = await diffFiles(files, other);
    expect(download.blobBytes).toBe(download.configBytes);
    expect(download.configBytes).toBeGreaterThan(0);
  });
});

describe('the report of layah diff', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const files: fc.Arbitrary<TarFiles> = fc.dictionary(
    name,
    fc.string({ unit: 'grapheme-ascii', maxLength: 9 }),
    {
      minKeys: 1,
      maxKeys: 4,
    },
  );
  const layer = fc
    .tuple(files, fc.boolean(), fc.constantFrom('', 'c1', 'c2', 'c1,c2'))
    .map(([contents, isEstargz, components]) => {
      const entries = Object.entries(contents).map(([each, content]) => ({ name: each, content }));
      const built = isEstargz ? buildLayer({ entries }) : layerOf(tarOf(contents));
      return components === '' ? built : named(built, components);
    });
  const image = fc.array(layer, { minLength: 1, maxLength: 3 });

  it('has shared and new layers that make the new image, and components that make its layers', async () => {
    await fc.assert(
      fc.asyncProperty(image, image, async (old, updated) => {
        const { layers, components, totals, chunks, new: side, download } = await diffLayers(old, updated);
        const ofNew = layers.filter(({ fate }) => fate !== 'gone');
        expect(ofNew.map(({ digest }) => digest)).toEqual(updated.map(({ descriptor }) => descriptor.digest));
        const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
        expect(sum(ofNew.map(({ compressedBytes }) => compressedBytes))).toBe(side.compressedBytes);
        expect(sum(ofNew.map(({ sizeBytes }) => sizeBytes))).toBe(side.sizeBytes);
        expect(sum(components.map(({ newBytes }) => newBytes))).toBe(side.sizeBytes);
        const ofNewLayers = layers.filter(({ fate }) => fate === 'new');
        expect(sum(components.map(({ downloadBytes }) => downloadBytes))).toBe(
          sum(ofNewLayers.map(({ sizeBytes }) => sizeBytes)),
        );
        expect(totals.new.compressedBytes).toBe(download.layerBytes);
        expect(chunks.downloadBytes).toBeLessThanOrEqual(download.layerBytes);
        expect(chunks.sharedChunkCount).toBeLessThanOrEqual(chunks.chunkCount);
      }),
      { numRuns: 12 },
    );
  });

  it('says of an image and itself that nothing is downloaded and nothing has changed', async () => {
    await fc.assert(
      fc.asyncProperty(image, async (layers) => {
        const report = await diffLayers(layers, layers, { listsFiles: true });
        expect(report.download).toMatchObject({ layerCount: 0, blobBytes: 0 });
        expect(report.chunks.downloadBytes).toBe(0);
        expect(report.components.every(({ fate }) => fate === 'unchanged')).toBe(true);
        expect(report.files).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});
