import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/model/entry.ts';
import { rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import { openRootfs, type OpenRootfs } from '../../../src/scan/open-rootfs.ts';
import { contentsPrefix } from '../../../src/scan/scan-prefix.ts';

let directory: string;
let rootfs: OpenRootfs;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-prefix-'));
  mkdirSync(join(directory, 'tree'));
  writeFileSync(join(directory, 'tree/file'), '');
  rootfs = openRootfs(join(directory, 'tree'));
});
afterEach(() => {
  rootfs.close();
  rmSync(directory, { recursive: true });
});

function entry(path: string): Entry {
  const metadata = { mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0, xattrs: [] };
  return { ...metadata, kind: 'directory', path: rootfsPathFromText(path) };
}

describe('the name of a root filesystem that contents are read by', () => {
  it('is its absolute path', () => {
    expect(contentsPrefix(rootfs, [entry('file')])).toBe(`${directory}/tree/`);
  });

  it('is the short one of its descriptor when a single path would be too long with it', () => {
    const longest = 4095 - `${directory}/tree/`.length;
    const entries = (bytes: number) => [entry('a'), entry('n'.repeat(bytes)), entry('z')];
    expect(contentsPrefix(rootfs, entries(longest))).toBe(`${directory}/tree/`);
    expect(contentsPrefix(rootfs, entries(longest + 1))).toMatch(/^\/proc\/self\/fd\/\d+\/$/);
  });

  it('is no longer trusted when another directory is there', () => {
    rootfs.confirmInPlace();
    renameSync(join(directory, 'tree'), join(directory, 'moved'));
    mkdirSync(join(directory, 'tree'));
    expect(() => rootfs.confirmInPlace()).toThrow(
      `the root filesystem ${directory}/tree was moved or mounted over while it was being read`,
    );
  });
});
