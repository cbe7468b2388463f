import { describe, expect, it } from 'vitest';
import { estargzFooter, externalTocFooter, type LayerPlan, legacyFooter } from './layer-builder.ts';
import { END_OF_ARCHIVE, tarBlock } from './tar-blocks.ts';
import { editRow, findingsOf } from './verify-built-layer.ts';

describe('the footer', () => {
  it('that is damaged is found, since the annotation promises eStargz', async () => {
    const editBlob = (blob: Buffer) => {
      blob[blob.length - 20] = 0;
      return blob;
    };
    expect(await findingsOf({ editBlob })).toContain(
      'footer: the layer is annotated as eStargz, but does not end in an eStargz footer',
    );
  });

  it('that points beyond itself is found', async () => {
    expect(await findingsOf({ footer: () => estargzFooter(1 << 30) })).toEqual([
      'footer: the footer says that the TOC is at offset 1073741824, which is not before the footer',
    ]);
  });

  it('that points into a member is found', async () => {
    expect(await findingsOf({ footer: (offset) => estargzFooter(offset + 1) })).toContainEqual(
      expect.stringMatching(
        /^footer: the footer says that the TOC is at offset \d+, where no gzip member begins$/,
      ),
    );
  });

  it('that points at another member is found', async () => {
    expect(await findingsOf({ footer: () => estargzFooter(0) })).toContain(
      'footer: the footer says that the TOC is at offset 0, but its member does not begin with the tar entry stargz.index.json',
    );
  });

  it('of stargz and of an external TOC that is not there are told apart', async () => {
    expect(await findingsOf({ footer: legacyFooter })).toEqual([
      'footer: the layer ends in the 47-byte footer of stargz, which has no chunk digests: convert it',
    ]);
    expect(await findingsOf({ footer: externalTocFooter })).toEqual([
      'toc-image: its TOC is in another image, and no image that belongs to this one has it (NAME-esgztoc, or by its subject)',
    ]);
  });
});

describe('the TOC', () => {
  it.each<[string, LayerPlan, string]>([
    ['mode', editRow('etc/config', (row) => (row['mode'] = 0o600)), 'mode is 0600, in the tar it is 0644'],
    ['uid', editRow('etc/config', (row) => (row['uid'] = 7)), 'uid is 7, in the tar it is 5'],
    ['gid', editRow('etc/config', (row) => delete row['gid']), 'gid is 0, in the tar it is 6'],
    [
      'modtime',
      editRow('etc/config', (row) => (row['modtime'] = '2001-09-09T01:46:41Z')),
      'modtime is 2001-09-09T01:46:41Z, in the tar it is 1000000000 s',
    ],
    ['type', editRow('etc/fifo', (row) => (row['type'] = 'dir')), 'type is dir, in the tar it is fifo'],
    [
      'linkName',
      editRow('etc/link', (row) => (row['linkName'] = './config')),
      'linkName is ./config, in the tar it is config',
    ],
    ['devMajor', editRow('etc/null', (row) => (row['devMajor'] = 2)), 'devMajor is 2, in the tar it is 1'],
    ['devMinor', editRow('etc/null', (row) => (row['devMinor'] = 2)), 'devMinor is 2, in the tar it is 3'],
    [
      'xattr value',
      editRow('etc/config', (row) => (row['xattrs'] = { 'user.a': 'AP4=' })),
      'its xattrs are not those of the tar',
    ],
    [
      'xattr name',
      editRow('etc/config', (row) => (row['xattrs'] = { 'user.b': 'AP8=' })),
      'its xattrs are not those of the tar',
    ],
    [
      'further xattr',
      editRow('etc/null', (row) => (row['xattrs'] = { 'user.b': '' })),
      'its xattrs are not those of the tar',
    ],
  ])('with another %s than the tar is found', async (_, plan, difference) => {
    expect(await findingsOf(plan)).toEqual([expect.stringMatching(/^toc: TOC entry etc\/\w+: /)]);
    expect((await findingsOf(plan))[0]).toContain(difference);
  });

  it('that omits an entry, has one more or names one otherwise is found once', async () => {
    expect(await findingsOf({ editRows: (rows) => void rows.splice(3, 1) })).toEqual([
      'toc: the tar goes on with etc/link, the TOC with "etc/hardlink"; the rest is not compared',
    ]);
    expect(await findingsOf({ editRows: (rows) => void rows.push({ name: 'more', type: 'fifo' }) })).toEqual([
      'toc: TOC entry "more" is not in the tar',
    ]);
    expect(await findingsOf({ editRows: (rows) => void rows.pop() })).toEqual([
      'toc: the tar goes on with .no.prefetch.landmark, the TOC with nothing more; the rest is not compared',
    ]);
  });

  it('that is no JSON, or does not end at its brace, is found', async () => {
    expect(await findingsOf({ editJson: (json) => json.replace('"version":1', '"version":') })).toEqual([
      'toc: the TOC is not valid JSON',
    ]);
    expect(await findingsOf({ editJson: (json) => `${json}\n` })).toEqual([
      'toc: the TOC: the JSON must begin with { and end with }: readers differ in whether they hash what is around',
    ]);
  });

  it('with more in its member, or bytes before the footer, is found', async () => {
    const afterToc = Buffer.concat([tarBlock({ name: 'more' }), END_OF_ARCHIVE]);
    const findings = await findingsOf({ afterToc });
    expect(findings[0]).toMatch(/^toc: the member at offset \d+ holds more than the TOC$/);
    const editBlob = (blob: Buffer, { footerOffset }: { footerOffset: number }) =>
      Buffer.concat([blob.subarray(0, footerOffset), Buffer.from('junk'), blob.subarray(footerOffset)]);
    expect(await findingsOf({ editBlob })).toEqual([
      expect.stringMatching(/^toc: 4 bytes stand between the TOC's member and the footer$/),
      expect.stringMatching(/^gzip: gzip member at offset \d+: no gzip member begins here$/),
    ]);
  });

  it('that is damaged is found', async () => {
    const editBlob = (blob: Buffer, { tocOffset }: { tocOffset: number }) => {
      blob.writeUInt8(0x07, tocOffset + 10);
      return blob;
    };
    expect(await findingsOf({ editBlob })).toEqual([
      expect.stringMatching(
        /^toc: the TOC at offset \d+ cannot be read: gzip member at offset 0: it does not inflate/,
      ),
    ]);
  });
});
