import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TocTar } from '../../../../src/layers/estargz/toc-tar.ts';
import { tarHeader } from '../../../../src/layers/tar-header.ts';
import { metadataFile } from '../../../../src/layers/estargz/metadata-file.ts';
import { TOC_TAR_NAME, type TocEntry } from '../../../../src/model/estargz.ts';

const row = fc.record({
  name: fc.string({ unit: 'binary' }),
  type: fc.constant('reg' as const),
  size: fc.nat(),
});

/** One for all tests, as a build has it for all layers. */
const toc = new TocTar();

function write(rows: readonly TocEntry[]): { readonly json: Buffer; readonly tar: Buffer } {
  toc.reset();
  for (const each of rows) toc.add(each);
  const { json, tar } = toc.close();
  return { json: Buffer.from(json), tar: Buffer.from(tar) };
}

describe('The tar of a TOC', () => {
  it('holds the JSON of its rows and nothing else', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const { json, tar } = write(rows);
        expect(json.toString()).toBe(JSON.stringify({ version: 1, entries: rows }));
        expect(tar.length % 512).toBe(0);
        expect(tar.subarray(0, 512).equals(tarHeader(metadataFile(TOC_TAR_NAME, json.length)))).toBe(true);
        expect(tar.subarray(512, 512 + json.length).equals(json)).toBe(true);
        expect(tar.subarray(512 + json.length).every((byte) => byte === 0)).toBe(true);
        expect(tar.length - 512 - json.length).toBeGreaterThanOrEqual(1024);
        expect(tar.length - 512 - json.length).toBeLessThan(1024 + 512);
      }),
    );
  });

  it('grows to many megabytes, also of characters that take three bytes', () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => ({
      name: `${'\u8336'.repeat(index % 100)}${index}`,
      type: 'reg' as const,
    }));
    const { json } = write(rows);
    expect(json.length).toBeGreaterThan(4 << 20);
    expect(json.equals(Buffer.from(JSON.stringify({ version: 1, entries: rows })))).toBe(true);
  });

  it('is not changed by a longer one before it, or by one that was not closed', () => {
    const short = write([{ name: 'a', type: 'reg' }]);
    toc.add({ name: 'b', type: 'reg' });
    write(Array.from({ length: 10_000 }, (_, index) => ({ name: `longer${index}`, type: 'reg' })));
    expect(write([{ name: 'a', type: 'reg' }])).toEqual(short);
  });

  it('gives the memory of a large one back when it is reset', () => {
    for (let index = 0; index < 300_000; index++) toc.add({ name: `${index}`, type: 'reg' });
    const { json, tar } = toc.close();
    expect(json.length).toBeGreaterThan(8 << 20);
    toc.reset();
    expect([json.length, tar.length]).toEqual([0, 0]);
  });

  it('that is full is refused, naming the row for which there is no room', () => {
    const full = new TocTar(1 << 20);
    const addRows = (): void => {
      for (let index = 0; index < 100_000; index++) full.add({ name: `srv/${index}`, type: 'reg' });
    };
    expect(addRows).toThrow(
      /^the table of contents of the layer with \/srv\/\d+ would be above 1,048,576 bytes$/,
    );
  });

  it('that is full only at its end is refused too', () => {
    const full = new TocTar(1024);
    full.add({ name: 'srv/file', type: 'reg' });
    expect(() => full.close()).toThrow('the layer with /srv/file would be above 1,024 bytes');
  });
});
