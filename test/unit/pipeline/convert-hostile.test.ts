import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ReadLimits } from '../../../src/model/options.ts';
import { blobName, describeBytes, type LayoutFiles, OCI, sha256 } from '../images/layouts.ts';
import { END_OF_ARCHIVE, extension, paxBody, tarBlock } from '../images/tar-blocks.ts';
import { convertAt, converting, directory, file, hardlink, image, layerOf, TAR } from './convert-images.ts';
import { type ImagePlan, imageFiles } from './verify-images.ts';

async function failure(files: LayoutFiles, limits: ReadLimits = {}): Promise<string> {
  return converting(files, async (source, output) => {
    const error: unknown = await convertAt({ source, output, ...limits }).catch((thrown: unknown) => thrown);
    expect(readdirSync(join(output.path, '..'))).toEqual(['in']);
    return error instanceof Error ? error.message : 'it was converted';
  });
}

describe('a layer that eStargz cannot express', () => {
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['two entries of one name', Buffer.concat([file('a', '1'), file('a', '2')]), '/a is there twice'],
    ['a name that is not UTF-8', file('\xff'), '/\\xff has a name that is not UTF-8'],
    ['a file called like the TOC', file('stargz.index.json'), 'has a name that belongs to the format'],
    [
      'a hardlink before its target',
      Buffer.concat([hardlink('a', 'b'), file('b')]),
      '/a is a hardlink to /b',
    ],
    [
      'a file in a symlink',
      Buffer.concat([tarBlock({ name: 'a', type: '2', link: '/' }), file('a/b')]),
      'lies in /a',
    ],
    ['a directory after its content', Buffer.concat([file('a/b'), directory('a')]), '/a stands behind'],
    ['a whiteout of its own file', Buffer.concat([file('a'), file('.wh.a')]), '/a is deleted and made anew'],
    [
      'a sparse file',
      Buffer.concat([extension('x', paxBody([['GNU.sparse.major', '1']])), file('a')]),
      'sparse',
    ],
    [
      'a global header with an owner',
      Buffer.concat([extension('g', paxBody([['uid', '1']])), file('a')]),
      'global',
    ],
    ['an unknown kind', tarBlock({ name: 'a', type: 'Z' }), 'entries of type "Z"'],
  ];
  for (const [what, entries, reason] of cases) {
    it(`for ${what} stays the same tar, with a warning`, async () => {
      const tar = Buffer.concat([entries, END_OF_ARCHIVE]);
      await converting(image(layerOf(tar)), async (source, output) => {
        const { layers, warnings } = await convertAt({ source, output });
        expect(layers[0]?.outcome.kind).toBe('not-expressible');
        expect(warnings).toEqual([expect.stringContaining(reason)]);
        const blob = readFileSync(join(output.path, blobName(layers[0]?.digest ?? '')));
        expect(gunzipSync(blob).equals(tar)).toBe(true);
      });
    });
  }
});

describe('a layer that is a bomb', () => {
  it('is not unpacked further than it may be, and leaves nothing', async () => {
    const bomb = layerOf(Buffer.concat([file('zeros', '\0'.repeat(4 << 20)), END_OF_ARCHIVE]));
    expect(await failure(image(bomb), { maxInflatedBytes: 1 << 20 })).toBe(
      `the layer ${bomb.descriptor.digest}: the layers inflate to more than 1048576 bytes: --max-inflated allows more`,
    );
    const many = layerOf(Buffer.concat([file('a'), file('b'), file('c'), END_OF_ARCHIVE]));
    expect(await failure(image(many), { maxEntries: 2 })).toContain('have more than 2 entries');
  });
});

describe('a damaged image', () => {
  const layer = layerOf(TAR);

  it('with another layer than its digest says is refused by digest, and nothing is left', async () => {
    const files = {
      ...image(layer),
      [blobName(layer.descriptor.digest)]: Buffer.from(layer.blob).fill(1, 4, 8),
    };
    const swapped = layerOf(Buffer.concat([TAR, END_OF_ARCHIVE])).blob;
    expect(await failure(files)).toContain(layer.descriptor.digest);
    expect(await failure({ ...files, [blobName(layer.descriptor.digest)]: swapped })).toContain('instead of');
  });

  it('whose layer is cut off is refused', async () => {
    const blob = layer.blob.subarray(0, layer.blob.length - 20);
    const cut = { ...layer, blob, descriptor: describeBytes(OCI.gzipLayer, blob) };
    expect(await failure(image(cut))).toMatch(
      /^the layer sha256:[0-9a-f]{64}: it does not decompress: unexpected end of file$/,
    );
    const short = layerOf(TAR.subarray(0, TAR.length - 5000));
    expect(await failure(image(short))).toContain(`the layer ${short.descriptor.digest}: tar entry`);
  });

  it('whose config has another diff ID, or too few of them, is refused', async () => {
    const other = sha256(Buffer.from('other'));
    expect(await failure(image({ ...layer, diffId: other }))).toBe(
      `the layer ${layer.descriptor.digest}: its content has ${layer.diffId} instead of ${other}`,
    );
    const none: ImagePlan = {
      layers: [layer],
      editConfig: (config) => Object.assign(config, { rootfs: { type: 'layers', diff_ids: [] } }),
    };
    expect(await failure(imageFiles(none))).toContain('has 1 layers, its config names 0');
  });

  it('with a foreign layer is refused', async () => {
    const mediaType = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
    const foreign = { ...layer, descriptor: { ...layer.descriptor, mediaType } };
    expect(await failure(image(foreign))).toContain('is foreign');
  });
});
