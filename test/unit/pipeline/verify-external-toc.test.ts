import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildLayer, type BuiltLayer, DEFAULT_ENTRIES, editPayload } from '../images/layer-builder.ts';
import {
  blobName,
  describeBytes,
  indexOf,
  type JsonDescriptor,
  type LayoutFiles,
  OCI,
  sha256,
} from '../images/layouts.ts';
import { imageFiles, lines, verifyFiles } from './verify-images.ts';

const LAYER_DIGEST = 'containerd.io/snapshot/stargz/layer.digest';
const REF_NAME = 'org.opencontainers.image.ref.name';
const layer = buildLayer({ externalToc: true });

interface TocImage {
  readonly layers?: readonly BuiltLayer[];
  /** In place of the TOC of the first layer. */
  readonly toc?: Buffer;
  readonly tocDescriptor?: Partial<JsonDescriptor>;
  readonly name?: string;
  readonly edit?: (files: Record<string, Buffer | string>) => void;
}

/** A layout with an image and, as its second entry, the image that has its TOCs. */
function withTocImage({ layers = [layer], ...changes }: TocImage = {}): LayoutFiles {
  const files: Record<string, Buffer | string> = { ...imageFiles({ layers }) };
  const tocs = layers.map(({ toc }, index) => (index === 0 ? (changes.toc ?? toc) : toc));
  const config = Buffer.from('{}');
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI.manifest,
      config: describeBytes(OCI.config, config),
      layers: tocs.map((toc, index) => ({
        ...describeBytes(OCI.gzipLayer, toc),
        ...changes.tocDescriptor,
        annotations: { [LAYER_DIGEST]: layers[index]?.descriptor.digest ?? '' },
      })),
    }),
  );
  for (const bytes of [config, manifest, ...tocs]) files[blobName(sha256(bytes))] = bytes;
  const [image] = JSON.parse(String(files['index.json'])).manifests as JsonDescriptor[];
  if (image === undefined) throw new Error('no image');
  files['index.json'] = indexOf([
    { ...image, annotations: { [REF_NAME]: 'app:1' } },
    {
      ...describeBytes(OCI.manifest, manifest),
      annotations: { [REF_NAME]: changes.name ?? 'app:1-esgztoc' },
    },
  ]);
  changes.edit?.(files);
  return files;
}

const findings = async (image: TocImage): Promise<string[]> =>
  lines((await verifyFiles(withTocImage(image))).findings);

describe('layers whose TOC is in another image', () => {
  it('are verified like others, and that image is not taken for one that is meant', async () => {
    const report = await verifyFiles(
      withTocImage({ layers: [layer, buildLayer({ externalToc: true, entries: [] })] }),
    );
    expect(report).toMatchObject({ findings: [], layerCount: 2, estargzLayerCount: 2, chunkCount: 6 });
  });

  it('in the layout of the Go library, and kept to the byte without a landmark, have no findings', async () => {
    for (const landmarks of [undefined, []]) {
      const upstream = buildLayer({ externalToc: true, layout: 'upstream', ...(landmarks && { landmarks }) });
      expect(await findings({ layers: [upstream] })).toEqual([]);
    }
  });

  it('that list the last of several entries of a name have no findings', async () => {
    const older = { ...DEFAULT_ENTRIES[1], name: 'etc/config', unlisted: true };
    const others = [{ ...older, content: 'older' }, { ...older, content: 'set1ing=1\n' }, older];
    const entries = [...DEFAULT_ENTRIES.slice(0, 1), ...others, ...DEFAULT_ENTRIES.slice(1)];
    expect(await findings({ layers: [buildLayer({ externalToc: true, entries })] })).toEqual([]);
  });

  it('of which no image has the TOC are found', async () => {
    expect(lines((await verifyFiles(imageFiles({ layers: [layer] }))).findings)).toEqual([
      expect.stringMatching(/^toc-image: sha256:\w+: its TOC is in another image, and no image .* has it/),
    ]);
  });

  it('of which the TOC, or the manifest that leads to it, is damaged or missing are found', async () => {
    const toc = blobName(sha256(layer.toc));
    expect(await findings({ edit: (files) => delete files[toc] })).toEqual([
      expect.stringMatching(/^toc-image: sha256:\w+: its TOC sha256:\w+ is not there$/),
    ]);
    expect(await findings({ edit: (files) => (files[toc] = damaged(layer.toc, 40)) })).toEqual([
      expect.stringMatching(/^toc-image: sha256:\w+: the TOC sha256:\w+ has sha256:\w+$/),
      expect.stringMatching(/^toc: sha256:\w+: the TOC sha256:\w+ cannot be read: gzip member at offset 0: /),
    ]);
    const damageManifest = (files: Record<string, Buffer | string>): void => {
      const name = Object.keys(files).find((each) => String(files[each]).includes(LAYER_DIGEST)) ?? '';
      files[name] = String(files[name]).replace('"layers"', '"Layers"');
    };
    expect(await findings({ edit: damageManifest })).toEqual([
      expect.stringMatching(
        /^toc-image: sha256:\w+: the blob sha256:\w+ .* is not what its digest and size say$/,
      ),
      expect.stringMatching(/^toc-image: sha256:\w+: its TOC is in another image/),
    ]);
  });

  it('of which the TOC has another size or digest than it should are found', async () => {
    expect(await findings({ tocDescriptor: { size: 1 } })).toEqual([
      expect.stringMatching(
        /^blob-size: sha256:\w+: the TOC sha256:\w+ has \d+ bytes, the manifest of the TOC image says 1$/,
      ),
    ]);
    const other = buildLayer({ externalToc: true, editRows: (rows) => void rows.shift() }).toc;
    expect(await findings({ toc: other })).toEqual([
      expect.stringMatching(
        /^toc-digest: sha256:\w+: the TOC has sha256:\w+, the annotation says sha256:\w+$/,
      ),
      expect.stringMatching(/^toc: sha256:\w+: the tar goes on with etc\/, the TOC with/),
    ]);
    expect(await findings({ toc: Buffer.concat([layer.toc, gzipSync('more')]) })).toEqual([
      expect.stringMatching(/^toc: sha256:\w+: the TOC sha256:\w+ holds more than the TOC$/),
    ]);
  });

  it('whose content is damaged are found by its path', async () => {
    const wrong = buildLayer({ externalToc: true, editMember: editPayload });
    const { findings: found } = await verifyFiles(withTocImage({ layers: [wrong] }));
    expect(found).toMatchObject([
      {
        code: 'payload',
        layer: wrong.descriptor.digest,
        path: '/etc/config',
        subject: wrong.descriptor.digest,
      },
    ]);
  });
});

function damaged(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}
