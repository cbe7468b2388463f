import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { blobName } from '../images/layouts.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from '../images/tar-blocks.ts';
import { convertAt, converting, file, image, layerOf, readImage, TAR, UPPER_TAR } from './convert-images.ts';

const EXTERNAL = { externalToc: true, tag: 'localhost/app:1' } as const;
const KEEP = { ...EXTERNAL, keepDiffId: true } as const;

describe('--external-toc', () => {
  it('puts the TOCs into an image of their own that belongs to the other', async () => {
    await converting(image(layerOf(TAR), layerOf(UPPER_TAR)), async (source, output) => {
      const { digest, layers } = await convertAt({ source, output, ...EXTERNAL });
      const { manifests } = JSON.parse(readFileSync(join(output.path, 'index.json'), 'utf8'));
      const names = manifests.map((each: { annotations: object }) => Object.values(each.annotations)[1]);
      expect(names).toEqual(['localhost/app:1', 'localhost/app:1-esgztoc']);
      const { manifest: tocImage } = await readImage(output, 'localhost/app:1-esgztoc').catch(() => ({
        manifest: JSON.parse(readFileSync(join(output.path, blobName(manifests[1].digest)), 'utf8')),
      }));
      expect(tocImage.subject).toMatchObject({ digest });
      const key = 'containerd.io/snapshot/stargz/layer.digest';
      expect(
        tocImage.layers
          .map((layer: { annotations: Record<string, string> }) => layer.annotations[key])
          .sort(),
      ).toEqual(layers.map((layer) => layer.digest).sort());
      const [before, after] = [await readImage(source), await readImage(output)];
      expect(after.findings).toEqual([]);
      expect(after.inodes).toEqual(before.inodes);
    });
  });

  it('is undone by converting again without it', async () => {
    await converting(image(layerOf(TAR)), async (source, output) => {
      const external = { ...output, path: `${output.path}-external` };
      await convertAt({ source, output: external, ...EXTERNAL });
      const again = await convertAt({ source: external, output });
      const direct = await convertAt({ source, output: { ...output, path: `${output.path}-direct` } });
      expect(again.digest).toBe(direct.digest);
    });
  });

  it('needs a name', async () => {
    await converting(image(layerOf(TAR)), async (source, output) => {
      await expect(convertAt({ source, output, externalToc: true })).rejects.toThrow('the image has no name');
    });
  });
});

describe('--keep-diff-id', () => {
  const long = 'long/'.repeat(40);
  const v7 = (block: Buffer) => block.fill(0, 257, 265);
  const tars: Readonly<Record<string, Buffer>> = {
    'of PAX, with names of owners': TAR,
    'of GNU, with long names': Buffer.concat([
      extension('L', `${long}name\0`),
      file('short', 'content', { edit: (block: Buffer) => block.write('ustar  \0', 257, 'latin1') }),
      END_OF_ARCHIVE,
    ]),
    'of Unix version 7': Buffer.concat([file('old', 'content', { type: '\0', edit: v7 }), END_OF_ARCHIVE]),
    'padded to 10 KiB': Buffer.concat([TAR, Buffer.alloc(10_240)]),
    'padded by half a block': Buffer.concat([TAR, Buffer.alloc(100)]),
    'without an end': Buffer.concat([file('a', 'content')]),
    'with something behind its end': Buffer.concat([TAR, Buffer.from('garbage'), UPPER_TAR]),
    'with padding that is not zero': Buffer.concat([
      tarBlock({ name: 'a', size: 3 }),
      padded(Buffer.from('abc')).fill('x', 3),
      END_OF_ARCHIVE,
    ]),
    'with a comment for all': Buffer.concat([extension('g', paxBody([['comment', 'x']])), TAR]),
    'that is empty': END_OF_ARCHIVE,
  };
  for (const [what, tar] of Object.entries(tars)) {
    it(`keeps every byte of a tar ${what}, and the config with it`, async () => {
      await converting(image(layerOf(tar)), async (source, output) => {
        const { layers, warnings } = await convertAt({ source, output, ...KEEP });
        expect(warnings).toEqual([]);
        expect(layers[0]?.outcome.kind).toBe('converted');
        const blob = readFileSync(join(output.path, blobName(layers[0]?.digest ?? '')));
        expect(gunzipSync(blob).equals(tar)).toBe(true);
        const [before, after] = [await readImage(source), await readImage(output)];
        expect(after.manifest.config.digest).toBe(before.manifest.config.digest);
        expect(after.inodes).toEqual(before.inodes);
        expect(after.findings).toEqual(before.findings);
      });
    });
  }
});
