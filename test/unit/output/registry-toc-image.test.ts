import { describe, expect, it } from 'vitest';
import { silentReporter } from '../../../src/model/reporter.ts';
import { jsonBlob, type JsonBlob } from '../../../src/oci/descriptor.ts';
import { buildImageIndex } from '../../../src/oci/image-index.ts';
import { MANIFEST_MEDIA_TYPE } from '../../../src/oci/media-types.ts';
import { parseImageIndex } from '../../../src/oci/schemas.ts';
import { openRegistrySink } from '../../../src/output/registry-sink.ts';
import { writeTocImage } from '../../../src/pipeline/toc-image.ts';
import { type MemoryRegistry, withMemoryRegistry } from './memory-registry.ts';

/** An image of the number, with a TOC image. @returns the manifests of both. */
async function pushImage(host: string, number: number): Promise<{ image: JsonBlob; toc: JsonBlob }> {
  const sink = await openRegistrySink({
    reference: { host, repository: 'app', version: { kind: 'tag', tag: '1' } },
    access: { tlsVerify: false, authFile: undefined },
    environment: {},
    reporter: silentReporter,
    signal: new AbortController().signal,
  });
  const { descriptor: config } = jsonBlob('application/vnd.oci.image.config.v1+json', { number });
  const image = jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config,
    layers: [],
  });
  await sink.writeManifest(image);
  const layer = { layer: config.digest, digest: config.digest, sizeBytes: 1 };
  const toc = await writeTocImage(sink, { tocs: [layer], subject: image.descriptor });
  if (toc === undefined) throw new Error('no TOC image');
  const index = buildImageIndex({
    manifest: image.descriptor,
    platform: { os: 'linux', architecture: 'amd64' },
    tag: 'app:1',
    tocManifest: toc.descriptor,
  });
  await sink.finish({ index: index.bytes, dockerManifest: Buffer.from('[]'), tocManifest: toc });
  return { image, toc };
}

function stored(registry: MemoryRegistry, tag: string): Buffer {
  return registry.manifests.get(tag) ?? Buffer.alloc(0);
}

describe.each([true, false])('in a registry (that lists referrers itself: %s)', (listsReferrers) => {
  it('the TOC image has a tag of its own, which is there before the image', async () => {
    await withMemoryRegistry({ listsReferrers }, async (registry) => {
      const { image, toc } = await pushImage(registry.host, 1);
      expect(stored(registry, '1').equals(image.bytes)).toBe(true);
      expect(stored(registry, '1-esgztoc').equals(toc.bytes)).toBe(true);
      expect(registry.taggedInOrder.at(-1)).toBe('1');
      expect(JSON.parse(stored(registry, '1-esgztoc').toString()).subject).toEqual(image.descriptor);
    });
  });
});

describe('a registry that does not list referrers', () => {
  it('lists the TOC image under the tag that is made of the digest of its image, once', async () => {
    await withMemoryRegistry({ listsReferrers: false }, async (registry) => {
      const { image, toc } = await pushImage(registry.host, 1);
      await pushImage(registry.host, 1);
      const tag = image.descriptor.digest.replace(':', '-');
      expect(parseImageIndex(stored(registry, tag), 'the referrers').manifests).toEqual([
        { ...toc.descriptor, artifactType: 'application/vnd.oci.image.config.v1+json' },
      ]);
    });
  });

  it('keeps what others have listed there', async () => {
    await withMemoryRegistry({ listsReferrers: false }, async (registry) => {
      const { image, toc } = await pushImage(registry.host, 1);
      const tag = image.descriptor.digest.replace(':', '-');
      const other = {
        mediaType: MANIFEST_MEDIA_TYPE,
        digest: image.descriptor.digest,
        size: 3,
        artifactType: 'a/b',
      };
      const list = jsonBlob('application/vnd.oci.image.index.v1+json', {
        schemaVersion: 2,
        manifests: [other],
      });
      const listPath = `http://${registry.host}/v2/app/manifests/${tag}`;
      await fetch(listPath, { method: 'PUT', body: Buffer.from(list.bytes) });
      await pushImage(registry.host, 1);
      const digests = parseImageIndex(stored(registry, tag), 'the referrers').manifests.map(
        ({ digest }) => digest,
      );
      expect(digests).toEqual([other.digest, toc.descriptor.digest]);
    });
  });
});

describe('a registry that lists referrers itself', () => {
  it('gets no further tag', async () => {
    await withMemoryRegistry({ listsReferrers: true }, async (registry) => {
      await pushImage(registry.host, 1);
      expect(registry.taggedInOrder).toEqual(['1-esgztoc', '1']);
    });
  });
});
