import { describe, expect, it } from 'vitest';
import { editPayload, type LayerPlan, type Row } from './layer-builder.ts';
import { sha256 } from './layouts.ts';
import { editRow, findingsOf } from './verify-built-layer.ts';

describe('chunks', () => {
  const large = (edit: (row: Row, rows: Row[]) => void): LayerPlan => ({
    editRows: (rows) => edit(rows.find((row) => row['name'] === 'etc/large') ?? {}, rows),
  });

  it('with another digest than their content are found', async () => {
    const other = sha256(Buffer.from('other'));
    expect(await findingsOf(editRow('etc/config', (row) => (row['chunkDigest'] = other)))).toEqual([
      `chunk-digest: "etc/config", byte 0: the chunk has ${sha256(Buffer.from('setting=1\n'))}, the TOC says ${other}`,
    ]);
    expect(await findingsOf(editRow('etc/config', (row) => (row['digest'] = other)))).toEqual([
      `toc: "etc/config": its chunks are right, but the file has ${sha256(Buffer.from('setting=1\n'))}, the TOC says ${other}`,
    ]);
    expect(await findingsOf(large((_, rows) => ((rows.at(-2) ?? {})['chunkDigest'] = other)))).toEqual([
      `chunk-digest: "etc/large", byte 80: the chunk has ${sha256(Buffer.from('abcdefghij'.repeat(2)))}, the TOC says ${other}`,
    ]);
  });

  it('without a digest are found', async () => {
    expect(await findingsOf(editRow('etc/config', (row) => delete row['chunkDigest']))).toEqual([
      expect.stringMatching(/^chunk-digest: "etc\/config", byte 0: .* the TOC says no digest$/),
    ]);
  });

  it('with other content are found, though every other digest fits', async () => {
    const content = sha256(Buffer.from('setting=2\n'));
    const said = sha256(Buffer.from('setting=1\n'));
    expect(await findingsOf({ editMember: editPayload })).toEqual([
      `payload: "etc/config", byte 0: the chunk has ${content}, the TOC says ${said}`,
    ]);
  });

  it('that are said to be where they are not are found', async () => {
    const findings = await findingsOf(
      editRow('etc/config', (row) => (row['offset'] = Number(row['offset']) - 1)),
    );
    expect(findings).toEqual([
      expect.stringMatching(
        /^chunk: "etc\/config", byte 0: the TOC puts this chunk at offset \d+, it is at offset \d+$/,
      ),
    ]);
    expect(await findingsOf(editRow('etc/config', (row) => (row['innerOffset'] = 512)))).toEqual([
      expect.stringMatching(
        /the TOC puts this chunk at byte 512 of the member at offset \d+, it is at offset \d+$/,
      ),
    ]);
  });

  it('in the first member are found', async () => {
    expect(await findingsOf(editRow('etc/config', (row) => delete row['offset']))).toEqual([
      'chunk: TOC entry etc/config: content in the first member, where only headers may be',
      expect.stringMatching(
        /^chunk: "etc\/config", byte 0: the TOC puts this chunk at offset 0, it is at offset \d+$/,
      ),
    ]);
  });

  it('that leave gaps, overlap or do not fill their file are found', async () => {
    expect(await findingsOf(large((_, rows) => ((rows.at(-3) ?? {})['chunkOffset'] = 41)))).toContain(
      'chunk: TOC entry etc/large: its chunks leave a gap or overlap at byte 40',
    );
    expect(await findingsOf(large((row) => delete row['chunkSize']))).toContain(
      'chunk: TOC entry etc/large: no chunkSize, though more chunks follow',
    );
    expect(await findingsOf(large((_, rows) => void rows.splice(-2, 1)))).toContain(
      'chunk: TOC entry etc/large: its chunks hold 80 bytes, the file 100',
    );
  });

  it('that belong to no file are found', async () => {
    expect(await findingsOf({ editRows: (rows) => void rows.unshift({ name: 'a', type: 'chunk' }) })).toEqual(
      ['toc: TOC entry a: a chunk that follows no file'],
    );
  });

  it('whose offsets go backwards or beyond the TOC are found', async () => {
    const swap = (rows: Row[]) => {
      const [config, last] = [rows[1] ?? {}, rows[7] ?? {}];
      [config['offset'], last['offset']] = [last['offset'], config['offset']];
    };
    expect(await findingsOf({ editRows: swap })).toContainEqual(
      expect.stringMatching(
        /^order: TOC entry etc\/large: offset \d+ does not come after the one before it$/,
      ),
    );
    expect(await findingsOf(editRow('etc/config', (row) => (row['offset'] = 1 << 30)))).toContain(
      'chunk: TOC entry etc/config: offset 1073741824 is not before the TOC',
    );
  });
});
