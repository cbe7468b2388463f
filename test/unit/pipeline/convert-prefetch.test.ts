import { describe, expect, it } from 'vitest';
import { prefetchedFiles } from '../../../src/images/prefetched-files.ts';
import { openImage } from '../../../src/images/open-image.ts';
import { readDocument } from '../../../src/images/read-document.ts';
import { selectManifest } from '../../../src/images/select-manifest.ts';
import type { ImageLocation } from '../../../src/model/options.ts';
import type { RecordSource } from '../../../src/model/record-options.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { parseManifest } from '../../../src/oci/schemas.ts';
import { END_OF_ARCHIVE, tarBlock } from '../images/tar-blocks.ts';
import {
  convertAt,
  converting,
  directory,
  file,
  hardlink,
  image,
  layerOf,
  readImage,
} from './convert-images.ts';

const LOWER = Buffer.concat([
  directory('usr/'),
  file('usr/a', 'lower a'),
  file('usr/b', 'lower b'),
  file('usr/c', 'lower c'),
  hardlink('usr/linked', 'usr/c'),
  tarBlock({ name: 'bin', type: '2', link: 'usr' }),
  END_OF_ARCHIVE,
]);
const UPPER = Buffer.concat([
  directory('usr/'),
  file('usr/d', 'd'),
  file('usr/a', 'upper a'),
  file('usr/.wh.b'),
  END_OF_ARCHIVE,
]);

const record = (...paths: string[]): RecordSource => ({
  kind: 'files',
  files: paths.map((path) => ({ path: rootfsPath(path) })),
  origin: 'the record r',
});

/** As `layer:path`, in order. */
async function prefetched(location: ImageLocation): Promise<string[]> {
  const store = await openImage(location);
  try {
    const descriptor = await selectManifest(store, undefined);
    const manifest = parseManifest(await readDocument(store, descriptor), 'manifest');
    const files = await prefetchedFiles(store, { manifest, descriptor });
    return files.map(({ layerIndex, path }) => `${layerIndex}:${path}`);
  } finally {
    await store.close();
  }
}

describe('convert with a record', () => {
  it('prefetches each file from the topmost layer that has it, in the order of the record', async () => {
    await converting(image(layerOf(LOWER), layerOf(UPPER)), async (source, output) => {
      const { warnings } = await convertAt({
        source,
        output,
        record: record('usr/d', 'usr/b', 'usr/linked', 'bin/a', 'usr'),
      });
      // A hardlink has its content at what it links to.
      expect(await prefetched(output)).toEqual(['0:usr/c', '1:usr/d', '1:usr/a']);
      expect(warnings).toEqual([
        '1 of the 5 files in the record r are not in the image and cannot be prefetched: /usr/b',
      ]);
      const [before, after] = [await readImage(source), await readImage(output)];
      expect(after.findings).toEqual([]);
      expect(after.inodes).toEqual(before.inodes);
    });
  });

  it('writes layers anew that are eStargz already, since they may prefetch something else', async () => {
    await converting(image(layerOf(LOWER)), async (source, output) => {
      await convertAt({ source, output, record: record('usr/a') });
      const again = { ...output, path: `${output.path}-2` };
      const { layers } = await convertAt({ source: output, output: again, record: record('usr/c', 'usr/b') });
      expect(layers.map(({ outcome }) => outcome.kind)).toEqual(['converted']);
      expect(await prefetched(again)).toEqual(['0:usr/c', '0:usr/b']);
      expect((await readImage(again)).findings).toEqual([]);
    });
  });

  it('takes what another image prefetches', async () => {
    await converting(image(layerOf(LOWER)), async (source, output) => {
      await convertAt({ source, output, record: record('usr/b') });
      const copied = { ...output, path: `${output.path}-2` };
      const copy = { kind: 'copy', image: { location: output, tag: undefined }, origin: 'out' } as const;
      await convertAt({ source, output: copied, record: copy });
      expect(await prefetched(copied)).toEqual(['0:usr/b']);
    });
  });
});
