import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REF_NAME_ANNOTATION } from '../../../src/model/annotations.ts';
import { buildLayer } from '../images/layer-builder.ts';
import {
  blobName,
  describeBytes,
  indexOf,
  LAYOUT_FILE,
  type LayoutFiles,
  OCI,
  writeDirectory,
} from '../images/layouts.ts';
import { END_OF_ARCHIVE } from '../images/tar-blocks.ts';
import {
  convertAt,
  converting,
  file,
  image,
  inTemporaryDirectory,
  layerOf,
  readImage,
  TAR,
  UPPER_TAR,
} from './convert-images.ts';
import { type ImagePlan, imageFiles } from './verify-images.ts';

describe('an image that is converted', () => {
  it('has eStargz layers, is sound, and makes the same tree', async () => {
    await converting(image(layerOf(TAR), layerOf(UPPER_TAR)), async (source, output) => {
      const summary = await convertAt({ source, output });
      expect(summary.layers.map(({ outcome }) => outcome.kind)).toEqual(['converted', 'converted']);
      const [before, after] = [await readImage(source), await readImage(output)];
      expect(after.findings).toEqual([]);
      expect(after.inodes).toEqual(before.inodes);
      expect(after.config.history).toEqual(before.config.history);
    });
  });

  it('keeps every header to the byte', async () => {
    await converting(image(layerOf(TAR)), async (source, output) => {
      const { layers } = await convertAt({ source, output, format: 'none' });
      expect(readFileSync(join(output.path, blobName(layers[0]?.digest ?? ''))).equals(TAR)).toBe(true);
      const estargz = { kind: 'oci-directory', path: `${output.path}-2`, replace: false } as const;
      await convertAt({ source: output, output: estargz });
      const none = { kind: 'oci-directory', path: `${output.path}-3`, replace: false } as const;
      const again = await convertAt({ source: estargz, output: none, format: 'none' });
      expect(again.layers[0]?.digest).toBe(layers[0]?.digest);
    });
  });

  it('keeps layers that are as they shall be, and converts those of other options', async () => {
    await converting(image(buildLayer({ chunkBytes: 4096 })), async (source, output) => {
      const outcome = async (options: object): Promise<string | undefined> => {
        const path = `${output.path}${JSON.stringify(options).replaceAll(/\W/g, '')}`;
        const { layers } = await convertAt({ source, output: { ...output, path }, ...options });
        expect((await readImage({ kind: 'oci-directory', path })).findings).toEqual([]);
        return layers[0]?.outcome.kind;
      };
      expect(await outcome({})).toBe('kept');
      expect(await outcome({ chunkSizeBytes: 10 })).toBe('converted');
      expect(await outcome({ enforcesLevel: true })).toBe('converted');
      expect(await outcome({ format: 'gzip' })).toBe('converted');
      expect(await outcome({ format: 'none' })).toBe('converted');
    });
  });

  it('keeps annotations and members that nobody knows, but for those about the old blobs', async () => {
    const plan: ImagePlan = {
      layers: [layerOf(TAR)],
      editConfig: (config) => Object.assign(config, { unknown: [1], config: { Labels: { a: 'b' } } }),
      editManifest: (manifest) => {
        const [layer] = manifest['layers'] as object[];
        Object.assign(layer ?? {}, {
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          annotations: { mine: '1', 'containerd.io/uncompressed': 'x', 'org.layah.deflate': 'x' },
        });
        Object.assign(manifest, { annotations: { 'org.example': 'yes' }, artifactType: 'a/b' });
      },
      editDescriptor: (descriptor) => ({ ...descriptor, annotations: { [REF_NAME_ANNOTATION]: 'v1' } }),
    };
    await converting(imageFiles(plan), async (source, output) => {
      await convertAt({ source, output });
      const { manifest, config } = await readImage(output, 'v1');
      expect(config).toMatchObject({ unknown: [1], config: { Labels: { a: 'b' } } });
      expect(manifest).toMatchObject({ annotations: { 'org.example': 'yes' }, artifactType: 'a/b' });
      expect(manifest.layers[0]?.mediaType).toBe(OCI.gzipLayer);
      expect(Object.keys(manifest.layers[0]?.annotations ?? {})).toEqual([
        'mine',
        'containerd.io/snapshot/stargz/toc.digest',
        'io.containers.estargz.uncompressed-size',
        'org.layah.deflate',
      ]);
      expect(manifest.layers[0]?.annotations?.['org.layah.deflate']).toMatch(/^zlib level=6 fingerprint=/);
    });
  });

  it('has its shared layers converted once, and its name changed when that is wanted', async () => {
    const layer = layerOf(TAR);
    await converting(image(layer, layer), async (source, output) => {
      const summary = await convertAt({ source, output, tag: 'localhost/new:1' });
      expect(summary.layers).toHaveLength(1);
      const { manifest } = await readImage(output, 'localhost/new:1');
      expect(manifest.layers[0]).toEqual(manifest.layers[1]);
    });
  });
});

describe('fixtures', () => {
  const fixture = (name: string): string =>
    fileURLToPath(new URL(`../../fixtures/images/${name}`, import.meta.url));

  for (const [kind, name] of [
    ['oci-archive', 'buildah.ociarchive'],
    ['docker-archive', 'docker.tar'],
  ] as const) {
    it(`such as ${name} make the same tree when they are converted`, async () => {
      await inTemporaryDirectory(async (path) => {
        const source = { kind, path: fixture(name) };
        const output = { kind: 'oci-archive', path: join(path, 'out') } as const;
        const { warnings } = await convertAt({ source, output });
        const [before, after] = [await readImage(source), await readImage(output)];
        expect([warnings, after.findings]).toEqual([[], []]);
        expect(before.inodes.size).toBeGreaterThan(3);
        expect(after.inodes).toEqual(before.inodes);
      });
    });
  }
});

describe('an index', () => {
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64', variant: 'v8' },
  ];

  function indexFiles(): LayoutFiles {
    const files: Record<string, Buffer | string> = {};
    const manifests = platforms.map((platform, position) => {
      const layers = [layerOf(TAR), layerOf(Buffer.concat([file(`only-${position}`), END_OF_ARCHIVE]))];
      const one = imageFiles({ layers, editConfig: (config) => Object.assign(config, platform) });
      Object.assign(files, one);
      const [descriptor] = JSON.parse(String(one['index.json'])).manifests;
      return { ...descriptor, platform, annotations: { 'org.example.of': platform.architecture } };
    });
    const attestation = Buffer.from('{}');
    manifests.push({
      ...describeBytes(OCI.manifest, attestation),
      platform: { os: 'unknown', architecture: 'unknown' },
    });
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI.index,
        manifests,
        annotations: { 'org.example': '1' },
      }),
    );
    const top = { ...describeBytes(OCI.index, index), annotations: { [REF_NAME_ANNOTATION]: 'v1' } };
    files[blobName(top.digest)] = index;
    return { ...files, ...LAYOUT_FILE, 'index.json': indexOf([top]) };
  }

  it('is converted with all its platforms, and attestations are left out', async () => {
    await converting(indexFiles(), async (source, output) => {
      const { digest, images, layers, warnings } = await convertAt({ source, output });
      expect(images.map(({ platform }) => platform)).toEqual(platforms);
      expect(layers).toHaveLength(3);
      expect(warnings).toEqual(['1 attestation is left out: about the digests that the image had before']);
      const index = JSON.parse(readFileSync(join(output.path, blobName(digest)), 'utf8'));
      expect(index.annotations).toEqual({ 'org.example': '1' });
      expect(
        index.manifests.map((each: Record<string, object>) => [each['platform'], each['annotations']]),
      ).toEqual(platforms.map((platform) => [platform, { 'org.example.of': platform.architecture }]));
      for (const { manifestDigest } of images) {
        expect((await readImage(output, manifestDigest)).findings).toEqual([]);
      }
    });
  });

  it('becomes a single image when one platform is asked for', async () => {
    await converting(indexFiles(), async (source, output) => {
      const { digest, images } = await convertAt({
        source,
        output,
        platforms: [{ os: 'linux', architecture: 'arm64' }],
      });
      expect(images.map(({ manifestDigest }) => manifestDigest)).toEqual([digest]);
      expect((await readImage(output, 'v1')).inodes.has('only-1' as never)).toBe(true);
    });
  });

  it('says which platforms there are when one is missing', async () => {
    await converting(indexFiles(), async (source, output) => {
      const converted = convertAt({ source, output, platforms: [{ os: 'linux', architecture: 's390x' }] });
      await expect(converted).rejects.toThrow(
        'has no image for linux/s390x, only for linux/amd64, linux/arm64/v8',
      );
    });
  });
});

describe('the destination', () => {
  it('that holds a layout already is refused before anything is read', async () => {
    await converting(image(layerOf(TAR)), async (source, output) => {
      mkdirSync(output.path);
      writeDirectory(output.path, image(layerOf(UPPER_TAR)));
      await expect(convertAt({ source, output })).rejects.toThrow('already holds an OCI layout');
    });
  });
});
