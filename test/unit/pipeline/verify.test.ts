import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildLayer, DEFAULT_ENTRIES } from '../images/layer-builder.ts';
import { blobName, describeBytes, indexOf, OCI, sha256 } from '../images/layouts.ts';
import { type ImagePlan, imageFiles, lines, verifyAt, verifyFiles } from './verify-images.ts';

const layer = buildLayer();
const upper = buildLayer({
  entries: [
    { name: '.wh.etc', content: '' },
    { name: 'new', content: 'new' },
  ],
});

async function findingsOf(plan: Omit<ImagePlan, 'layers'> & Partial<ImagePlan>): Promise<string[]> {
  return lines((await verifyFiles(imageFiles({ layers: [layer], ...plan }))).findings);
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/images/${name}`, import.meta.url));
}

describe('an image without fault', () => {
  it('is counted and has no findings', async () => {
    const report = await verifyFiles(imageFiles({ layers: [layer, upper] }));
    expect(report).toEqual({
      manifestDigest: expect.stringMatching(/^sha256:/),
      layerCount: 2,
      estargzLayerCount: 2,
      tocEntryCount: 14,
      chunkCount: 7,
      treeEntryCount: 1,
      comparedWithRootfs: false,
      findings: [],
    });
  });

  it('by buildah, with whiteouts, has the tree that was meant', async () => {
    const report = await verifyAt({ image: { kind: 'oci-archive', path: fixture('buildah.ociarchive') } });
    expect(report).toMatchObject({ layerCount: 2, estargzLayerCount: 0, treeEntryCount: 6, findings: [] });
  });

  it('without history, or with steps that made no layer, has no findings', async () => {
    expect(await findingsOf({ editConfig: (config) => delete config['history'] })).toEqual([]);
    const history = [{ created_by: 'ENV', empty_layer: true }, { created_by: 'COPY' }];
    expect(await findingsOf({ editConfig: (config) => (config['history'] = history) })).toEqual([]);
  });
});

describe('the manifest', () => {
  const flip = (find: string, replacement: string): Partial<ImagePlan> => ({
    editFiles: (files, { manifest }) => {
      const name = blobName(manifest.digest);
      files[name] = String(files[name]).replace(find, replacement);
    },
  });

  it('of which one byte is another is a wrong digest', async () => {
    const findings = await findingsOf(flip('"schemaVersion"', '"schemaVersion" '));
    expect(findings).toEqual([
      expect.stringMatching(/^manifest-digest: sha256:\w+: the manifest has sha256:\w+$/),
      expect.stringMatching(/^blob-size: sha256:\w+: the manifest has \d+ bytes, its descriptor says \d+$/),
    ]);
  });

  it('that is no JSON any more is a wrong digest, and nothing below it is verified', async () => {
    const report = await verifyFiles(imageFiles({ layers: [layer], ...flip('{', '[') }));
    expect(report.layerCount).toBe(0);
    expect(lines(report.findings)).toEqual([expect.stringMatching(/^manifest-digest: /)]);
  });

  it('that never was JSON is no image', async () => {
    const bytes = Buffer.from('not a manifest');
    const descriptor = describeBytes(OCI.manifest, bytes);
    const files = {
      ...imageFiles({ layers: [] }),
      'index.json': indexOf([descriptor]),
      [blobName(descriptor.digest)]: bytes,
    };
    await expect(verifyFiles(files)).rejects.toMatchObject({
      code: 'bad-image',
      message: `the manifest ${descriptor.digest} is not valid JSON`,
    });
  });

  it('that is missing is found', async () => {
    const files = imageFiles({
      layers: [],
      editFiles: (all, { manifest }) => delete all[blobName(manifest.digest)],
    });
    expect(lines((await verifyFiles(files)).findings)).toEqual([
      expect.stringMatching(/^missing-blob: sha256:\w+: the manifest is not in the image$/),
    ]);
  });

  it('of another media type than it says, or than manifests have, is found', async () => {
    const editDescriptor: ImagePlan['editDescriptor'] = (descriptor) => ({
      ...descriptor,
      mediaType: 'text/plain',
    });
    expect(await findingsOf({ editDescriptor })).toEqual([
      expect.stringMatching(
        /^index: sha256:\w+: the manifest has the media type application\/vnd.oci.image.manifest.v1\+json, the index says text\/plain$/,
      ),
    ]);
    const editManifest: ImagePlan['editManifest'] = (manifest) => delete manifest['mediaType'];
    expect(await findingsOf({ editDescriptor, editManifest })).toEqual([
      expect.stringMatching(/^media-type: sha256:\w+: text\/plain is not that of a manifest$/),
    ]);
  });

  it.each([
    ['%zz', 'AAAAAAAA', 'org.layah.component is no list of component names'],
    ['%zz', undefined, 'org.layah.component is no list of component names'],
    [undefined, 'AAAAAAAA', 'it has no org.layah.component'],
    ['a,b', 'AAAAAAAA', 'org.layah.fingerprint has 1 fingerprints for 2 components'],
    ['a', 'AAAA AAAA', 'org.layah.fingerprint is no list of fingerprints'],
    ['a,b', 'AAAAAAAA,-_-_-_-_', undefined],
    ['a,b', undefined, undefined],
  ])(
    'with the components %s and the fingerprints %s has what makes no sense found',
    async (names, prints, problem) => {
      const annotations = {
        ...layer.descriptor.annotations,
        ...(names !== undefined && { 'org.layah.component': names }),
        ...(prints !== undefined && { 'org.layah.fingerprint': prints }),
      };
      const layers = [{ ...layer, descriptor: { ...layer.descriptor, annotations } }];
      const expected = problem === undefined ? [] : [`annotation: ${layer.descriptor.digest}: ${problem}`];
      expect(await findingsOf({ layers })).toEqual(expected);
    },
  );
});

describe('the image config', () => {
  it('of which one byte is another is a wrong digest', async () => {
    const editFiles: ImagePlan['editFiles'] = (files, { config }) => {
      const name = blobName(config.digest);
      files[name] = String(files[name]).replace('"test"', '"Test"');
    };
    expect(await findingsOf({ editFiles })).toEqual([expect.stringMatching(/^config-digest: sha256:\w+: /)]);
  });

  it('that is damaged beyond JSON, or missing, is found once', async () => {
    const damaged: ImagePlan['editFiles'] = (files, { config }) =>
      (files[blobName(config.digest)] = String(files[blobName(config.digest)]).replace('{', '['));
    expect(await findingsOf({ editFiles: damaged })).toEqual([
      expect.stringMatching(/^config-digest: sha256:\w+: the image config has sha256:\w+$/),
    ]);
    const missing: ImagePlan['editFiles'] = (files, { config }) => delete files[blobName(config.digest)];
    expect(await findingsOf({ editFiles: missing })).toEqual([
      expect.stringMatching(/^missing-blob: sha256:\w+: the image config is not in the image$/),
    ]);
  });

  it('for another platform than the index says is found', async () => {
    expect(await findingsOf({ editConfig: (config) => (config['architecture'] = 'arm64') })).toEqual([
      expect.stringMatching(
        /^index: sha256:\w+: the image is for linux\/arm64, the index says linux\/amd64$/,
      ),
    ]);
  });

  it.each<[string, Partial<ImagePlan>, string]>([
    [
      'lacks a field',
      { editConfig: (config) => delete config['architecture'] },
      'the image config: architecture: invalid input: expected string, received undefined',
    ],
    [
      'has too few diff IDs',
      { editConfig: (config) => (config['rootfs'] = { type: 'layers', diff_ids: [] }) },
      'it has 0 diff IDs, the manifest has 1 layers',
    ],
    [
      'has another history',
      { editConfig: (config) => (config['history'] = [{}, {}]) },
      'its history has 2 steps that made a layer, the manifest has 1 layers',
    ],
  ])('that %s is found', async (_, plan, message) => {
    const findings = await findingsOf(plan);
    expect(findings.at(-1)).toMatch(/^config: sha256:\w+: /);
    expect(findings.at(-1)).toContain(message);
  });

  it('with another diff ID is found at the layer', async () => {
    const other = sha256(Buffer.from('other'));
    expect(await findingsOf({ layers: [{ ...layer, diffId: other }] })).toEqual([
      `diff-id: ${layer.descriptor.digest}: the content has ${layer.diffId}, the image config says ${other}`,
    ]);
  });

  it('of another media type is found', async () => {
    const editManifest: ImagePlan['editManifest'] = (manifest) => {
      manifest['config'] = { ...Object(manifest['config']), mediaType: 'text/plain' };
    };
    expect(await findingsOf({ editManifest })).toEqual([
      expect.stringMatching(/^media-type: sha256:\w+: text\/plain is not that of an image config$/),
    ]);
  });
});

describe('layers', () => {
  it('are verified whatever is wrong with the others', async () => {
    const report = await verifyFiles(
      imageFiles({
        layers: [layer, upper],
        editFiles: (files) => {
          delete files[blobName(layer.descriptor.digest)];
          files[blobName(upper.descriptor.digest)] = Buffer.concat([upper.blob, Buffer.from('x')]);
        },
      }),
    );
    expect(report.findings.map(({ code, subject }) => [code, subject])).toEqual([
      ['missing-blob', layer.descriptor.digest],
      ['blob-size', upper.descriptor.digest],
      ['footer', upper.descriptor.digest],
      ['blob-digest', upper.descriptor.digest],
    ]);
  });

  it('that contradict each other are found in the merged tree', async () => {
    const below = buildLayer({ entries: [{ name: 'etc', type: 'symlink', link: 'usr/etc' }] });
    const above = buildLayer({ entries: DEFAULT_ENTRIES.slice(1, 2) });
    expect(await findingsOf({ layers: [below, above] })).toContain(
      'tree: /etc/config: /etc above it is a symlink',
    );
  });

  it('with thousands of faults list a thousand and count the rest', async () => {
    const names = Array.from({ length: 1200 }, (_, index) => `d/f${index}`);
    const entries = names.map((name) => ({ name, content: '' }));
    const broken = buildLayer({ entries: [{ name: 'd', content: '' }, ...entries] });
    const findings = await findingsOf({ layers: [broken] });
    expect(findings).toHaveLength(1001);
    expect(findings[999]).toContain('d/f999 lies in what is a file');
    expect(findings[1000]).toMatch(/d\/f1000 .*; 201 findings from here on are not listed$/);
  });
});

describe('what is no image', () => {
  it('is an error of code bad-image with a hint', async () => {
    const path = join(tmpdir(), 'layah-nothing-here');
    await expect(verifyAt({ image: { kind: 'oci-archive', path } })).rejects.toMatchObject({
      code: 'bad-image',
      message: `reading the image ${path}`,
      hint: 'Name an existing image: a file, or a directory as oci:DIR.',
    });
  });

  it('a layer of zstd is a finding', async () => {
    const report = await verifyAt({ image: { kind: 'oci-archive', path: fixture('zstd.ociarchive') } });
    expect(report.findings.map(({ code, message }) => `${code}: ${message}`)).toEqual(
      Array(2).fill(
        'media-type: the layer is compressed with zstd, which is not supported: its content was not verified',
      ),
    );
  });
});
