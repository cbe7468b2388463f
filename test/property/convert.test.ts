import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobName } from '../unit/images/layouts.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from '../unit/images/tar-blocks.ts';
import { convertAt, converting, image, layerOf, readImage } from '../unit/pipeline/convert-images.ts';

/*
 * Any tar that a tool may have written as a layer: entries in any order, twice, with names that climb or lead nowhere, in
 * the dialects of POSIX, GNU and the tar of Unix version 7, with any padding at its end.
 */
const name = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('a', 'b', 'a/b', 'a/c', 'd/e/f', './a', './d/', '/abs', 'é', '.wh.a'),
  },
  { weight: 1, arbitrary: fc.constantFrom('../up', 'a/../b', 'd/.wh..wh..opq', 'stargz.index.json', '\xff') },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{101,240}$/) },
);

interface Spec {
  readonly name: string;
  readonly type: string;
  readonly link: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly dialect: 'ustar' | 'pax' | 'gnu' | 'v7';
}

const entry: fc.Arbitrary<Spec> = fc.record({
  name,
  type: fc.constantFrom('0', '0', '0', '\0', '5', '2', '1', '6', '3'),
  link: fc.constantFrom('a', 'a/b', '/etc/passwd', '../..'),
  size: fc.constantFrom(0, 1, 511, 512, 513, 9000),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  mtime: fc.integer({ min: 0, max: 2_000_000_000 }),
  dialect: fc.constantFrom('ustar', 'pax', 'gnu', 'v7'),
});

function entryBytes({ dialect, name: path, type, link, ...rest }: Spec): Buffer {
  const hasContent = type === '0' || (type === '\0' && !path.endsWith('/'));
  const size = hasContent ? rest.size : 0;
  const isLink = type === '1' || type === '2';
  const header = tarBlock({
    ...rest,
    name: path.slice(0, 100),
    type,
    size,
    ...(isLink && { link }),
    edit: (block) => dialect === 'v7' && block.fill(0, 257, 265),
  });
  const bytes = Buffer.concat([header, padded(Buffer.alloc(size, path))]);
  if (path.length <= 100 && dialect !== 'pax') return bytes;
  const record = dialect === 'gnu' ? extension('L', `${path}\0`) : extension('x', paxRecords(path));
  return Buffer.concat([record, bytes]);
}

function paxRecords(path: string): string {
  return paxBody([
    ['path', path],
    ['mtime', '1234567890.123456789'],
    ['SCHILY.xattr.user.x', '\0\xfe'],
  ]);
}

const tar = fc.record({
  entries: fc.array(entry, { minLength: 1, maxLength: 12 }),
  zeros: fc.constantFrom(0, 1024, 10_240, 1000),
});

function tarBytes({ entries, zeros }: { entries: readonly Spec[]; zeros: number }): Buffer {
  return Buffer.concat([...entries.map(entryBytes), END_OF_ARCHIVE, Buffer.alloc(zeros)]);
}

describe('a layer of any tar', () => {
  it('makes the same tree after it was converted, and is sound unless the tar is not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tar, { minLength: 1, maxLength: 2 }), async (specs) => {
        const tars = specs.map(tarBytes);
        await converting(image(...tars.map((bytes) => layerOf(bytes))), async (source, output) => {
          const { layers } = await convertAt({ source, output });
          const [before, after] = [await readImage(source), await readImage(output)];
          expect(after.findings).toEqual(before.findings);
          expect(after.inodes).toEqual(before.inodes);
          for (const [index, bytes] of [...new Set(tars.map(String))].entries()) {
            const layer = layers[index];
            if (layer?.outcome.kind !== 'not-expressible') continue;
            const blob = readFileSync(join(output.path, blobName(layer.digest)));
            expect(String(gunzipSync(blob))).toBe(bytes);
          }
        });
      }),
      { numRuns: 20 },
    );
  });
});
