import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BuiltLayer, buildLayer, DEFAULT_ENTRIES } from './layer-builder.ts';
import { describeBytes, OCI, sha256 } from './layouts.ts';
import { END_OF_ARCHIVE, padded, tarBlock } from './tar-blocks.ts';
import { plainLayer, verifyBuiltLayer } from './verify-built-layer.ts';

function withAnnotations(layer: BuiltLayer, annotations: Record<string, string>): BuiltLayer {
  return { ...layer, descriptor: { ...layer.descriptor, annotations } };
}

const TOC_DIGEST = 'containerd.io/snapshot/stargz/toc.digest';
const UNCOMPRESSED_SIZE = 'io.containers.estargz.uncompressed-size';

describe('a layer without fault', () => {
  it.each(['hidden', 'upstream'] as const)('in the %s layout has no findings', async (layout) => {
    const { findings, isEstargz, tocEntryCount, chunkCount, entries } = await verifyBuiltLayer(
      buildLayer({ layout }),
    );
    expect(findings).toEqual([]);
    expect({ isEstargz, tocEntryCount, chunkCount }).toEqual({
      isEstargz: true,
      tocEntryCount: 11,
      chunkCount: 5,
    });
    expect(entries.map(({ header }) => header.name)).toEqual(DEFAULT_ENTRIES.map(({ name }) => name));
  });

  it.each(['plain', 'chunked', 'prioritized'])('by the Go library (%s) has no findings', async (name) => {
    const { findings, isEstargz, entries } = await verifyBuiltLayer(goLayer(name));
    expect(findings).toEqual([]);
    expect(isEstargz).toBe(true);
    expect(entries.map(({ header }) => header.path)).toContain('usr/bin/numbers');
    expect(entries.map(({ header }) => header.path)).not.toContain('stargz.index.json');
  });

  it('by the Go library with merged members has no findings', async () => {
    expect((await verifyBuiltLayer(goLayer('merged'))).findings).toEqual([]);
  });

  it('of plain gzip is one member or several', async () => {
    const tar = Buffer.concat([tarBlock({ name: 'a', size: 1 }), padded(Buffer.from('a')), END_OF_ARCHIVE]);
    const members = [tar.subarray(0, 700), tar.subarray(700)].map((part) => gzipSync(part));
    for (const blob of [gzipSync(tar), Buffer.concat(members)]) {
      const { findings, isEstargz, entries } = await verifyBuiltLayer(plainLayer(blob, tar, OCI.gzipLayer));
      expect(findings).toEqual([]);
      expect(isEstargz).toBe(false);
      expect(entries).toMatchObject([{ header: { name: 'a' }, digest: sha256(Buffer.from('a')) }]);
    }
  });

  it('without compression is read as it is', async () => {
    const tar = Buffer.concat([tarBlock({ name: 'a' }), END_OF_ARCHIVE]);
    expect((await verifyBuiltLayer(plainLayer(tar, tar, OCI.layer))).findings).toEqual([]);
  });
});

function goLayer(name: string): BuiltLayer {
  const fixture = (file: string) => readFileSync(new URL(`../../fixtures/estargz/${file}`, import.meta.url));
  const blob = fixture(`${name}.esgz`);
  const said: Record<string, string> = JSON.parse(fixture(`${name}.json`).toString());
  const annotations = {
    [TOC_DIGEST]: said['tocDigest'] ?? '',
    [UNCOMPRESSED_SIZE]: String(said['uncompressedSize']),
  };
  return {
    blob,
    descriptor: { ...describeBytes(OCI.gzipLayer, blob), annotations },
    diffId: said['diffId'] ?? '',
    toc: Buffer.alloc(0),
  };
}

describe('what manifest and config say', () => {
  const layer = buildLayer();

  it('another byte in the blob is a wrong digest', async () => {
    const changed = Buffer.from(layer.blob);
    changed[4] = 1;
    expect((await verifyBuiltLayer(layer, changed)).findings).toEqual([
      'gzip: the content is right, but not the blob: the header of the gzip member at offset 0 is unlike the others',
      `blob-digest: the blob has ${sha256(changed)}`,
    ]);
  });

  it('another byte in the payload is found there, whatever else comes of it', async () => {
    const stored = buildLayer({
      editCompressed: (member, index) => (index === 1 ? storedMember(member) : member),
    });
    const changed = Buffer.from(stored.blob);
    const at = changed.indexOf('setting=1');
    changed[at] = 0x53;
    expect((await verifyBuiltLayer(stored, changed)).findings).toEqual([
      expect.stringMatching(/^payload: "etc\/config", byte 0: the chunk has sha256:\w+, the TOC says /),
      expect.stringMatching(/^diff-id: /),
      expect.stringMatching(/^blob-digest: /),
    ]);
  });

  it('a missing blob is found', async () => {
    const { findings, entries } = await verifyBuiltLayer(layer, 'nothing');
    expect(findings).toEqual(['missing-blob: the blob is not in the image']);
    expect(entries).toEqual([]);
  });

  it('another size is found', async () => {
    const wrong = { ...layer, descriptor: { ...layer.descriptor, size: layer.blob.length + 1 } };
    expect((await verifyBuiltLayer(wrong)).findings).toEqual([
      `blob-size: the blob has ${layer.blob.length} bytes, the manifest says ${layer.blob.length + 1}`,
    ]);
  });

  it('another diff ID is found', async () => {
    const diffId = sha256(Buffer.from('other'));
    expect((await verifyBuiltLayer({ ...layer, diffId })).findings).toEqual([
      `diff-id: the content has ${layer.diffId}, the image config says ${diffId}`,
    ]);
  });

  it('another TOC digest is found', async () => {
    const { [TOC_DIGEST]: right = '', ...rest } = layer.descriptor.annotations ?? {};
    const wrong = sha256(Buffer.from('other'));
    expect(
      (await verifyBuiltLayer(withAnnotations(layer, { ...rest, [TOC_DIGEST]: wrong }))).findings,
    ).toEqual([`toc-digest: the TOC has ${right}, the annotation says ${wrong}`]);
  });

  it('missing and wrong annotations are found', async () => {
    const { [TOC_DIGEST]: tocDigest = '', [UNCOMPRESSED_SIZE]: size = '' } =
      layer.descriptor.annotations ?? {};
    expect((await verifyBuiltLayer(withAnnotations(layer, {}))).findings).toEqual([
      `annotation: ${TOC_DIGEST} is missing: no client would pull the layer lazily`,
      `annotation: ${UNCOMPRESSED_SIZE} is missing, not ${size}`,
    ]);
    const wrong = {
      [TOC_DIGEST]: tocDigest,
      [UNCOMPRESSED_SIZE]: '7',
      'containerd.io/uncompressed': tocDigest,
    };
    expect((await verifyBuiltLayer(withAnnotations(layer, wrong))).findings).toEqual([
      `annotation: containerd.io/uncompressed is "${tocDigest}", not ${layer.diffId}`,
      `annotation: ${UNCOMPRESSED_SIZE} is "7", not ${size}`,
    ]);
  });

  it('a media type that does not match the content is found', async () => {
    const tar = Buffer.concat([tarBlock({ name: 'a' }), END_OF_ARCHIVE]);
    const findings = async (blob: Buffer, mediaType: string) =>
      (await verifyBuiltLayer(plainLayer(blob, tar, mediaType))).findings;
    expect(await findings(tar, OCI.gzipLayer)).toEqual([
      `media-type: the media type ${OCI.gzipLayer} promises compression gzip, the blob has none`,
    ]);
    expect(await findings(gzipSync(tar), OCI.layer)).toEqual([
      `media-type: the media type ${OCI.layer} promises compression none, the blob has gzip`,
    ]);
    expect(await findings(tar, 'text/plain')).toEqual([
      'media-type: text/plain is not the media type of a layer',
    ]);
    expect(await findings(gzipSync(tar), 'application/vnd.docker.image.rootfs.diff.tar.gzip')).toEqual([]);
  });

  it('zstd is said to be not supported', async () => {
    const zstd = Buffer.from('28b52ffd040001000099e9d851', 'hex');
    expect((await verifyBuiltLayer(plainLayer(zstd, zstd, `${OCI.layer}+zstd`))).findings).toEqual([
      'media-type: the layer is compressed with zstd, which is not supported: its content was not verified',
    ]);
  });
});

/** The same member, not compressed: its content stands in the blob as it is. */
function storedMember(member: Buffer): Buffer {
  return gzipSync(gunzipSync(member), { level: 0 });
}
