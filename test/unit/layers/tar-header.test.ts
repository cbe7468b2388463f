import { describe, expect, it } from 'vitest';
import type { Entry, FileEntry, HardlinkEntry, LayerEntry } from '../../../src/model/entry.ts';
import { rootfsPath, rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import { tarHeader, tarName } from '../../../src/layers/tar-header.ts';

const metadata = {
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeSeconds: 1_700_000_000,
  xattrs: [],
  linkGroup: undefined,
};

function file(path: string, changes: Partial<FileEntry> = {}): FileEntry {
  return {
    ...metadata,
    kind: 'file',
    path: rootfsPathFromText(path),
    sizeBytes: 5,
    mtimeNanoseconds: 0n,
    ...changes,
  };
}

function paxRecords(entry: LayerEntry): string {
  const header = tarHeader(entry);
  if (header.length === 512) return '';
  const size = parseInt(header.toString('latin1', 124, 135), 8);
  return header.toString('latin1', 512, 512 + size);
}

function field(header: Buffer, offset: number, length: number): string {
  const last = header.subarray(-512);
  return last.toString('latin1', offset, offset + length).replace(/\0.*$/s, '');
}

describe('the header of a tar entry', () => {
  it('is one ustar block with a correct checksum when ustar can say everything', () => {
    const header = tarHeader(file('usr/bin/bash', { mode: 0o4755, uid: 1000, gid: 50 }));
    expect(header).toHaveLength(512);
    expect(field(header, 0, 100)).toBe('usr/bin/bash');
    expect(field(header, 100, 8)).toBe('0004755');
    expect(field(header, 108, 8)).toBe('0001750');
    expect(field(header, 124, 12)).toBe('00000000005');
    expect(field(header, 156, 1)).toBe('0');
    expect(header.toString('latin1', 257, 265)).toBe('ustar\u000000');
    const checksum = parseInt(field(header, 148, 6), 8);
    header.fill(' ', 148, 156);
    expect(checksum).toBe(header.reduce((sum, byte) => sum + byte, 0));
  });

  it('splits a name of up to 256 bytes between prefix and name', () => {
    const directory = 'd'.repeat(150);
    const header = tarHeader(file(`${directory}/${'n'.repeat(100)}`));
    expect(header).toHaveLength(512);
    expect(field(header, 345, 155)).toBe(directory);
    expect(field(header, 0, 100)).toBe('n'.repeat(100));
  });

  it('keeps the last name of a long directory path together with its slash', () => {
    const path = rootfsPath(`${'a'.repeat(60)}/${'b'.repeat(60)}`);
    const header = tarHeader({ ...metadata, kind: 'directory', path });
    expect(field(header, 345, 155)).toBe('a'.repeat(60));
    expect(field(header, 0, 100)).toBe(`${'b'.repeat(60)}/`);
  });

  it.each([
    ['a name of 101 bytes without a slash', file('n'.repeat(101)), `111 path=${'n'.repeat(101)}\n`],
    ['a name that is not ASCII', file('café'), `14 path=${Buffer.from('café').toString('latin1')}\n`],
    ['a size of 8 GiB', file('big', { sizeBytes: 8 * 2 ** 30 }), '19 size=8589934592\n'],
    ['a uid above 2^21', file('u', { uid: 2 ** 31 }), '18 uid=2147483648\n'],
    ['a time before 1970', file('old', { mtimeSeconds: -5 }), '12 mtime=-5\n'],
  ])('writes a PAX record for %s', (_what, entry, record) => {
    expect(paxRecords(entry)).toBe(record);
  });

  it('counts the digits of a record length when they make it longer', () => {
    // 97 bytes of key, value and separators plus two digits are 99; one byte more needs three digits.
    const value = Buffer.alloc(97 - 1 - 'SCHILY.xattr.user.a'.length - 2, 'v');
    const records = (extra: number) =>
      paxRecords(
        file('f', { xattrs: [{ name: 'user.a', value: Buffer.concat([value, Buffer.alloc(extra, 'v')]) }] }),
      );
    expect(records(0)).toHaveLength(99);
    expect(records(0).startsWith('99 ')).toBe(true);
    expect(records(1)).toHaveLength(101);
    expect(records(1).startsWith('101 ')).toBe(true);
  });

  it('carries binary attribute values byte for byte', () => {
    const value = Uint8Array.from([0, 1, 255, 10, 61]);
    expect(paxRecords(file('f', { xattrs: [{ name: 'security.capability', value }] }))).toContain(
      `SCHILY.xattr.security.capability=${Buffer.from(value).toString('latin1')}\n`,
    );
  });

  it.each<[string, LayerEntry, string, string]>([
    ['a symlink', { ...metadata, kind: 'symlink', path: rootfsPath('l'), target: '../x' }, '2', '../x'],
    [
      'a hardlink',
      {
        ...metadata,
        kind: 'hardlink',
        path: rootfsPath('h'),
        target: rootfsPath('a/b'),
      } satisfies HardlinkEntry,
      '1',
      'a/b',
    ],
    ['a FIFO', { ...metadata, kind: 'fifo', path: rootfsPath('p') }, '6', ''],
  ])('marks %s', (_what, entry, typeFlag, linkName) => {
    const header = tarHeader(entry);
    expect(field(header, 156, 1)).toBe(typeFlag);
    expect(field(header, 157, 100)).toBe(linkName);
  });

  it('writes device numbers', () => {
    const device: Entry = {
      ...metadata,
      kind: 'character-device',
      path: rootfsPath('dev/x'),
      deviceMajor: 4095,
      deviceMinor: 1_048_575,
    };
    expect(field(tarHeader(device), 329, 8)).toBe('0007777');
    expect(field(tarHeader(device), 337, 8)).toBe('3777777');
  });

  it('refuses attributes that no reader of layers accepts', () => {
    const xattrs = Array.from({ length: 20 }, (_, index) => ({
      name: `user.${index}`,
      value: new Uint8Array(60_000),
    }));
    expect(() => tarHeader(file('etc/huge', { xattrs }))).toThrow(
      'the name and extended attributes of /etc/huge take more than 1 MiB, which no reader of layers accepts',
    );
  });

  it('names the root as readers of layers expect it', () => {
    expect(tarName({ ...metadata, kind: 'directory', path: rootfsPath('') })).toBe('./');
  });
});
