import { describe, expect, it } from 'vitest';
import { parseDiffId, parseDigest } from '../../../src/model/digest.ts';
import type { LayerBlob } from '../../../src/model/layer.ts';
import { buildManifest } from '../../../src/oci/manifest.ts';
import { parseManifest } from '../../../src/oci/schemas.ts';

const digest = (digit: string): ReturnType<typeof parseDigest> => parseDigest(`sha256:${digit.repeat(64)}`);
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('c'), size: 7 };
const estargz: LayerBlob = {
  format: 'estargz',
  digest: digest('1'),
  diffId: parseDiffId(`sha256:${'2'.repeat(64)}`),
  sizeBytes: 1000,
  uncompressedSizeBytes: 4096,
  tocDigest: digest('3'),
  deflatedBy: 'zlib level=6 fingerprint=01234567',
};
const plain: LayerBlob = { ...estargz, tocDigest: undefined };

function manifestText(layers: Parameters<typeof buildManifest>[0]['layers'], annotations = {}): string {
  return Buffer.from(buildManifest({ config, layers, annotations }).bytes).toString('utf8');
}

describe('buildManifest', () => {
  it('writes the members in a fixed order', () => {
    const layers = [
      { blob: estargz, componentNames: ['dpkg/bash', 'a,b%'], fingerprints: ['AAAAAAAA', '-_-_-_-_'] },
    ];
    expect(manifestText(layers, { z: '1', a: '2' })).toBe(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
        `"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${digest('c')}","size":7},` +
        '"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",' +
        `"digest":"${digest('1')}","size":1000,"annotations":{` +
        `"containerd.io/snapshot/stargz/toc.digest":"${digest('3')}",` +
        '"io.containers.estargz.uncompressed-size":"4096",' +
        '"org.layah.deflate":"zlib level=6 fingerprint=01234567",' +
        '"org.layah.component":"dpkg/bash,a%2Cb%25",' +
        '"org.layah.fingerprint":"AAAAAAAA,-_-_-_-_"}}],' +
        '"annotations":{"a":"2","z":"1"}}',
    );
  });

  it('names the components and the engine of layers that are no eStargz, and nothing else', () => {
    const manifest = JSON.parse(
      manifestText([
        { blob: { ...plain, format: 'gzip' }, componentNames: ['a'], fingerprints: ['x'] },
        {
          blob: { ...plain, format: 'none', deflatedBy: undefined },
          componentNames: ['b'],
          fingerprints: ['y'],
        },
      ]),
    );
    expect(manifest.annotations).toBeUndefined();
    expect(manifest.layers).toMatchObject([
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        annotations: { 'org.layah.component': 'a' },
      },
      { mediaType: 'application/vnd.oci.image.layer.v1.tar', annotations: { 'org.layah.component': 'b' } },
    ]);
    expect(
      manifest.layers.map(({ annotations }: { annotations: object }) => Object.keys(annotations)),
    ).toEqual([
      ['org.layah.deflate', 'org.layah.component', 'org.layah.fingerprint'],
      ['org.layah.component', 'org.layah.fingerprint'],
    ]);
  });

  it('can be read back', () => {
    const { bytes, descriptor } = buildManifest({
      config,
      layers: [{ blob: estargz, componentNames: ['a'], fingerprints: ['x'] }],
      annotations: {},
    });
    expect(descriptor.size).toBe(bytes.byteLength);
    expect(parseManifest(bytes, 'manifest').layers[0]).toMatchObject({ digest: digest('1'), size: 1000 });
  });
});
