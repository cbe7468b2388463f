import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { buildTocManifest, type LayerToc } from '../../../src/oci/toc-manifest.ts';
import { parseManifest } from '../../../src/oci/schemas.ts';

const digest = (character: string) => parseDigest(`sha256:${character.repeat(64)}`);
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const subject = { mediaType: MANIFEST, digest: digest('e'), size: 9, annotations: { not: 'repeated' } };

function toc(layer: string, own: string): LayerToc {
  return { layer: digest(layer), digest: digest(own), sizeBytes: 5 };
}

describe('the manifest of a TOC image', () => {
  it('names for every TOC the layer that it belongs to, and the image that it is for', () => {
    const { config, manifest } = buildTocManifest({ tocs: [toc('a', '1')], subject });
    expect(JSON.parse(Buffer.from(manifest.bytes).toString())).toEqual({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: config.descriptor,
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: digest('1'),
          size: 5,
          annotations: { 'containerd.io/snapshot/stargz/layer.digest': digest('a') },
        },
      ],
      subject: { mediaType: MANIFEST, digest: digest('e'), size: 9 },
    });
    expect(Buffer.from(config.bytes).toString()).toBe('{}');
    expect(config.descriptor.mediaType).toBe('application/vnd.oci.image.config.v1+json');
    const { bytes, descriptor } = manifest;
    expect(descriptor.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  });

  it('has the same bytes whatever the order of the layers, and names a shared layer once', () => {
    const layers = [toc('a', '3'), toc('b', '1'), toc('c', '2'), toc('d', '2')];
    const { manifest } = buildTocManifest({ tocs: layers, subject });
    const again = buildTocManifest({ tocs: [...layers.toReversed(), toc('b', '1')], subject });
    expect(again.manifest.descriptor.digest).toBe(manifest.descriptor.digest);
    expect(parseManifest(manifest.bytes, 'the manifest').layers.map((layer) => layer.digest)).toEqual(
      ['1', '2', '2', '3'].map(digest),
    );
  });
});
