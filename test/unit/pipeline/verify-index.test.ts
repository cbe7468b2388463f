import { describe, expect, it } from 'vitest';
import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../../../src/model/annotations.ts';
import { buildLayer } from '../images/layer-builder.ts';
import { blobName, describeBytes, indexOf, OCI } from '../images/layouts.ts';
import { imageFiles, lines, verifyFiles } from './verify-images.ts';

const layer = buildLayer();

type Json = Record<string, unknown>;

describe('index.json', () => {
  const index = async (edit: (index: Json, descriptor: Json) => void): Promise<string[]> => {
    const files = imageFiles({ layers: [layer] });
    const document: Json = JSON.parse(String(files['index.json']));
    const [descriptor = {}] = document['manifests'] as Json[];
    edit(document, descriptor);
    return lines((await verifyFiles({ ...files, 'index.json': JSON.stringify(document) })).findings);
  };

  it('that cannot be read is found, and nothing below it is verified', async () => {
    const files = { ...imageFiles({ layers: [layer] }), 'index.json': '{"schemaVersion":2' };
    const report = await verifyFiles(files);
    expect(report).toMatchObject({ manifestDigest: undefined, layerCount: 0 });
    expect(lines(report.findings)).toEqual([
      expect.stringMatching(/^index: index.json: index.json of \/.* is not valid JSON$/),
    ]);
  });

  it('of another media type is found', async () => {
    expect(await index((document) => (document['mediaType'] = OCI.manifest))).toEqual([
      `index: index.json: ${OCI.manifest} is not that of an index`,
    ]);
  });

  it('with a member of which one letter is another is found', async () => {
    expect(await index((_, descriptor) => (descriptor['platforn'] = {}))).toEqual([
      expect.stringMatching(/^index: sha256:\w+: it has "platforn", which should be platform$/),
    ]);
    expect(await index((document) => (document['an unknown member'] = 1))).toEqual([]);
  });

  it('that gives an image two names is found, but not where one is part of the other', async () => {
    const names = (ref: string, full: string) =>
      index(
        (_, descriptor) =>
          (descriptor['annotations'] = { [REF_NAME_ANNOTATION]: ref, [CONTAINERD_NAME_ANNOTATION]: full }),
      );
    expect(await names('1', 'registry.example/app:1')).toEqual([]);
    expect(await names('docker.io/app', 'docker.io/library/app:latest')).toEqual([]);
    expect(await names('registry.example/app:2', 'registry.example/app:1')).toEqual([
      expect.stringMatching(
        /the image is called both "registry.example\/app:2" and "registry.example\/app:1"$/,
      ),
    ]);
  });
});

describe('a nested index', () => {
  const nested = (size: number) => {
    const files = imageFiles({ layers: [layer] });
    const inner = Buffer.from(files['index.json'] ?? '');
    const descriptor = { ...describeBytes(OCI.index, inner), size: inner.length + size };
    const annotations = { [REF_NAME_ANNOTATION]: 'a' };
    return {
      ...files,
      [blobName(descriptor.digest)]: inner,
      'index.json': indexOf([{ ...descriptor, annotations }]),
    };
  };

  it('is followed', async () => {
    expect((await verifyFiles(nested(0), { tag: 'a' })).findings).toEqual([]);
    await expect(verifyFiles(nested(0), { tag: 'b' })).rejects.toThrow(
      /is called "b": "a" linux\/amd64 sha256:/,
    );
  });

  it('of another size than its descriptor says is found', async () => {
    expect(lines((await verifyFiles(nested(1))).findings)).toEqual([
      expect.stringMatching(/^blob-size: sha256:\w+: the index has \d+ bytes, its descriptor says \d+$/),
    ]);
  });
});
