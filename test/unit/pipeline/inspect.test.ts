import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentReporter } from '../../../src/model/reporter.ts';
import { buildLayer, DEFAULT_ENTRIES, LANDMARK } from '../images/layer-builder.ts';
import { indexOf, type JsonDescriptor, OCI, sha256 } from '../images/layouts.ts';
import { END_OF_ARCHIVE, padded, tarBlock } from '../images/tar-blocks.ts';
import { layerOf } from './convert-images.ts';
import { tarOf } from './layer-tars.ts';
import { inspectFiles, inspectLayers, named } from './inspect-images.ts';
import { imageFiles } from './verify-images.ts';

function manifestsOf(index: string): JsonDescriptor[] {
  const { manifests }: { manifests: JsonDescriptor[] } = JSON.parse(index);
  return manifests;
}

describe('layah inspect', () => {
  it('reads of an eStargz layer the TOC alone: a damaged payload is not noticed', async () => {
    const layer = buildLayer();
    const right = await inspectLayers([layer]);
    const blob = Buffer.from(layer.blob);
    blob.fill(0, 0, 200);
    const files = imageFiles({
      layers: [layer],
      editFiles: (written) => {
        written[`blobs/sha256/${layer.descriptor.digest.slice(7)}`] = blob;
      },
    });
    expect(await inspectFiles(files)).toEqual(right);
  });

  it('counts the chunks, members and TOC entries of an eStargz layer and names its landmark', async () => {
    const [layer] = (await inspectLayers([buildLayer()])).layers;
    // etc/config is one chunk of 40 bytes at most, etc/large has 100 bytes; the landmark is no content.
    expect(layer?.storage).toEqual({
      kind: 'estargz',
      tocEntryCount: DEFAULT_ENTRIES.length + 1 + 2,
      chunkCount: 4,
      memberCount: 4,
      landmark: 'no-prefetch',
      tocIsExternal: false,
    });
    expect(layer).toMatchObject({ fileCount: DEFAULT_ENTRIES.length - 1, sizeBytes: 110 });
  });

  it('sees a landmark that says what to prefetch, and that there is none', async () => {
    const prefetching = buildLayer({
      layout: 'upstream',
      landmarks: [{ ...LANDMARK, name: '.prefetch.landmark' }],
    });
    const without = buildLayer({ landmarks: [] });
    const { layers } = await inspectLayers([prefetching, without]);
    expect(layers.map(({ storage }) => storage)).toMatchObject([
      { landmark: 'prefetch' },
      { landmark: 'none' },
    ]);
  });

  it('says the same of the files of a layer, whether it has a TOC or streams by', async () => {
    const estargz = buildLayer();
    const tar = tarOf({ 'etc/config': 'setting=1\n', 'etc/large': 'abcdefghij'.repeat(10) });
    const plain = layerOf(tar, 'none');
    const gzip = layerOf(tar);
    const { layers } = await inspectLayers([gzip, plain]);
    expect(layers.map(({ storage, sizeBytes, tarBytes }) => [storage.kind, sizeBytes, tarBytes])).toEqual([
      ['gzip', 110, tar.length],
      ['plain', 110, tar.length],
    ]);
    const [listed] = (await inspectLayers([estargz])).largestFiles;
    const [streamed] = (await inspectLayers([gzip])).largestFiles;
    expect(streamed).toEqual(listed);
  });

  it('reads a layer as a whole when its TOC is damaged, with a warning that says why', async () => {
    const layer = buildLayer({ editJson: (json) => `${json.slice(0, -2)}x]}` });
    const warnings: string[] = [];
    const reporter = { ...silentReporter, warn: (message: string) => void warnings.push(message) };
    const { layers } = await inspectFiles(imageFiles({ layers: [layer] }), {}, reporter);
    expect(layers[0]).toMatchObject({ storage: { kind: 'gzip' }, sizeBytes: 110 });
    expect(warnings).toEqual([`the layer ${layer.descriptor.digest}: the TOC is not valid JSON`]);
  });

  it('lists what is stored more than once, in one layer or in several', async () => {
    const lower = layerOf(tarOf({ a: 'same', b: 'same', c: 'other' }));
    const upper = layerOf(tarOf({ d: 'same' }));
    const { duplicates } = await inspectLayers([lower, upper]);
    expect(duplicates).toEqual({
      contentCount: 1,
      wastedBytes: 8,
      worst: [
        {
          digest: sha256(Buffer.from('same')),
          sizeBytes: 4,
          copies: [
            { path: '/a', layer: 0 },
            { path: '/b', layer: 0 },
            { path: '/d', layer: 1 },
          ],
        },
      ],
    });
  });

  it('lists what a later layer replaces or deletes, whatever is above it', async () => {
    const lower = layerOf(tarOf({ 'etc/a': '12345', 'etc/b': '123', 'var/log/c': '1234' }));
    const upper = layerOf(tarOf({ 'etc/a': 'new', 'etc/.wh.b': '', '.wh.var': '' }));
    const { overridden, totals } = await inspectLayers([lower, upper]);
    expect(overridden).toEqual({
      fileCount: 3,
      sizeBytes: 12,
      largest: [
        { path: '/etc/a', layer: 0, sizeBytes: 5, replacedBy: 1 },
        { path: '/var/log/c', layer: 0, sizeBytes: 4, replacedBy: undefined },
        { path: '/etc/b', layer: 0, sizeBytes: 3, replacedBy: undefined },
      ],
    });
    // Whiteouts are no files.
    expect(totals.fileCount).toBe(4);
  });

  it('does not call content overridden that a hardlink still shows', async () => {
    const lower = layerOf(
      Buffer.concat([
        tarBlock({ name: 'a', size: 4 }),
        padded(Buffer.from('kept')),
        tarBlock({ name: 'b', type: '1', link: 'a' }),
        END_OF_ARCHIVE,
      ]),
    );
    const { overridden } = await inspectLayers([lower, layerOf(tarOf({ a: 'new' }))]);
    expect(overridden.fileCount).toBe(0);
  });

  it('knows the size of a component that has a layer alone, and only the names of those that share one', async () => {
    const alone = named(layerOf(tarOf({ a: '1234' })), 'dpkg/one');
    const shared = named(layerOf(tarOf({ b: '12' })), 'dpkg/three,dpkg/two');
    const report = await inspectLayers([alone, shared]);
    expect(report.componentsFrom).toBe('annotations');
    expect(report.layers.map(({ components }) => components)).toEqual([
      [{ name: 'dpkg/one', fileCount: 1, sizeBytes: 4 }],
      [
        { name: 'dpkg/three', fileCount: undefined, sizeBytes: undefined },
        { name: 'dpkg/two', fileCount: undefined, sizeBytes: undefined },
      ],
    ]);
    expect(report.largestFiles[0]).toMatchObject({ path: '/a', component: 'dpkg/one' });
    expect(report.largestFiles[1]).toMatchObject({ path: '/b', component: undefined });
  });

  it('lists the files that a glob names, in all layers, in the order of their paths', async () => {
    const lower = layerOf(tarOf({ 'etc/z.conf': '1', 'etc/a.conf': '2', 'usr/b.conf': '3' }));
    const upper = layerOf(tarOf({ 'etc/a.conf': '4' }));
    const { files } = await inspectLayers([lower, upper], { files: ['etc', '*.conf'] });
    expect(files?.map(({ path, layer, isOverridden }) => [path, layer, isOverridden])).toEqual([
      ['/etc/a.conf', 0, true],
      ['/etc/a.conf', 1, false],
      ['/etc/z.conf', 0, false],
    ]);
  });

  it('tells what the config says of running the image, and nothing of fields of a wrong type', async () => {
    const files = imageFiles({
      layers: [layerOf(tarOf({ a: '1' }))],
      editConfig: (config) => {
        config['created'] = '2026-01-01T00:00:00Z';
        config['config'] = { User: 'app', Cmd: ['/bin/app'], Env: 'PATH', ExposedPorts: { '80/tcp': {} } };
      },
    });
    expect((await inspectFiles(files)).config).toEqual({
      created: '2026-01-01T00:00:00Z',
      user: 'app',
      workingDirectory: undefined,
      entrypoint: [],
      command: ['/bin/app'],
      environment: [],
      exposedPorts: ['80/tcp'],
      volumes: [],
      labels: {},
    });
  });

  it('refuses an image for another platform than the one that was asked for', async () => {
    const files = imageFiles({ layers: [layerOf(tarOf({ a: '1' }))] });
    const selection = { platform: { os: 'linux', architecture: 'arm64' } };
    await expect(inspectFiles(files, { selection })).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringMatching(/^\S+ is for linux\/amd64, not for linux\/arm64$/),
    });
  });

  it('takes of several platforms the one that is asked for, else that of this machine', async () => {
    const files = imageFiles({ layers: [layerOf(tarOf({ a: '1' }))] });
    const other = imageFiles({
      layers: [layerOf(tarOf({ b: '12' }))],
      editConfig: (config) => void (config['architecture'] = 'arm64'),
      editDescriptor: (descriptor) => ({
        ...descriptor,
        platform: { os: 'linux', architecture: 'arm64' },
      }),
    });
    const manifests = [files, other].flatMap((each) => manifestsOf(String(each['index.json'])));
    const both = { ...files, ...other, 'index.json': indexOf(manifests) };
    expect((await inspectFiles(both)).largestFiles[0]?.path).toBe('/a');
    const selection = { platform: { os: 'linux', architecture: 'arm64' } };
    expect((await inspectFiles(both, { selection })).largestFiles[0]?.path).toBe('/b');
  });

  it('names the layer that is damaged', async () => {
    const layer = layerOf(tarOf({ a: '1' }));
    const blob = Buffer.from(layer.blob);
    blob.fill(0xff, 12, 20);
    const files = imageFiles({
      layers: [layer],
      editFiles: (written) => {
        written[`blobs/sha256/${layer.descriptor.digest.slice(7)}`] = blob;
      },
    });
    await expect(inspectFiles(files)).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringContaining(`the layer ${layer.descriptor.digest}: `),
    });
  });

  it('reads zstd where Node can, else names the layer and says what to do', async () => {
    const location = { kind: 'oci-archive', path: 'test/fixtures/images/zstd.ociarchive' } as const;
    const inspected = inspectFiles({}, { selection: { location } });
    if ('createZstdDecompress' in zlib) {
      expect((await inspected).layers.map(({ storage }) => storage.kind)).toContain('zstd');
      return;
    }
    await expect(inspected).rejects.toMatchObject({
      message: expect.stringMatching(
        /^the layer sha256:\w{64}: it is compressed with zstd, which Node \S+ cannot read$/,
      ),
      hint: expect.stringContaining('Run layah with Node 22.15 or later'),
    });
  });

  it('keeps the limits of what is read of an image that nobody trusts', async () => {
    const layer = layerOf(tarOf({ a: '1', b: '2' }));
    await expect(inspectLayers([layer], { maxEntries: 1 })).rejects.toMatchObject({
      message: `the layer ${layer.descriptor.digest}: the layers have more than 1 entries: --max-entries allows more`,
    });
    await expect(inspectLayers([layer], { maxInflatedBytes: 10 })).rejects.toMatchObject({
      message: `the layer ${layer.descriptor.digest}: the layers inflate to more than 10 bytes: --max-inflated allows more`,
    });
  });

  it('gives totals that are the sums of the layers, which are the sums of their components', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd/e', 'd/f');
    const content = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
    const layer = fc.dictionary(name, content, { minKeys: 1, maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 4 }), async (layers) => {
        const built = layers.map((files, index) => named(layerOf(tarOf(files)), `c${index % 2}`));
        const report = await inspectLayers(built);
        const sizes = layers.map((files) => Object.values(files).join('').length);
        expect(report.layers.map(({ sizeBytes }) => sizeBytes)).toEqual(sizes);
        expect(report.totals.sizeBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
        const ofComponents = report.components.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
        expect(ofComponents).toBe(report.totals.sizeBytes);
        const blobs = built.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
        expect(report.totals.compressedBytes).toBe(blobs);
        expect(report.layers[0]?.mediaType).toBe(OCI.gzipLayer);
      }),
      { numRuns: 10 },
    );
  });
});
