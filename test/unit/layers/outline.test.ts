import { describe, expect, it } from 'vitest';
import { outlineLayer } from '../../../src/layers/outline.ts';
import type { LayerEntry } from '../../../src/model/entry.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';

const metadata = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 1000, xattrs: [] };
const file: LayerEntry = {
  ...metadata,
  kind: 'file',
  path: rootfsPath('usr/bin/tool'),
  sizeBytes: 700,
  mtimeNanoseconds: 0n,
  linkGroup: undefined,
};
const link: LayerEntry = {
  ...metadata,
  kind: 'symlink',
  path: rootfsPath('usr/bin/link'),
  target: 'tool',
  linkGroup: undefined,
};
const hardlink: LayerEntry = {
  ...metadata,
  kind: 'hardlink',
  path: rootfsPath('usr/bin/same'),
  target: file.path,
};
const device: LayerEntry = {
  ...metadata,
  kind: 'character-device',
  path: rootfsPath('dev/null'),
  deviceMajor: 1,
  deviceMinor: 3,
  linkGroup: undefined,
};

function fingerprintOf(...entries: LayerEntry[]): string {
  return outlineLayer({ entries }).fingerprint;
}

describe('the fingerprint of a layer', () => {
  it('is eight characters that an annotation can hold, and never changes', () => {
    expect(fingerprintOf(file, link, hardlink, device)).toBe(PINNED);
  });

  it('changes with everything that the tar says of an entry, but not with the content of a file', () => {
    const changed: LayerEntry[][] = [
      [],
      [file],
      [{ ...file, path: rootfsPath('usr/bin/toom') }],
      [{ ...file, mode: 0o4644 }],
      [{ ...file, uid: 1 }],
      [{ ...file, gid: 1 }],
      [{ ...file, mtimeSeconds: 1001 }],
      [{ ...file, sizeBytes: 701 }],
      [{ ...file, xattrs: [{ name: 'user.a', value: Buffer.from('x') }] }],
      [{ ...file, xattrs: [{ name: 'user.a', value: Buffer.from('y') }] }],
      [file, link],
      [file, { ...link, target: 'toom' }],
      [file, hardlink],
      [file, { ...file, path: hardlink.path }],
      [device],
      [{ ...device, kind: 'block-device' }],
      [{ ...device, deviceMinor: 5 }],
    ];
    expect(new Set(changed.map((entries) => fingerprintOf(...entries))).size).toBe(changed.length);
    expect(fingerprintOf({ ...file, mtimeNanoseconds: 5n })).toBe(fingerprintOf(file));
  });
});

describe('the size of a layer', () => {
  it('is that of its tar: headers, contents in whole blocks, and two blocks at the end', () => {
    const sizeOf = (...entries: LayerEntry[]) => outlineLayer({ entries }).tarBytes;
    expect(sizeOf()).toBe(1024);
    expect(sizeOf(file)).toBe(512 + 1024 + 1024);
    expect(sizeOf(file, link, hardlink)).toBe(512 * 3 + 1024 + 1024);
  });
});

/** Another value makes every client pull everything again that could have stayed. */
const PINNED = '90hGxTUH';
