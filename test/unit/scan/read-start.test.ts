import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { type OpenRootfs, openRootfs } from '../../../src/scan/open-rootfs.ts';
import { readStart } from '../../../src/scan/read-start.ts';

let directory: string;
let rootfs: OpenRootfs;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-start-'));
  writeFileSync(join(directory, 'file'), 'content');
  mkdirSync(join(directory, 'directory'));
  symlinkSync('file', join(directory, 'link'));
  execFileSync('mkfifo', [join(directory, 'fifo')]);
  rootfs = openRootfs(directory);
});
afterAll(() => {
  rootfs.close();
  rmSync(directory, { recursive: true });
});

const start = (path: string, lengthBytes: number): string | undefined => {
  const bytes = readStart(rootfs, rootfsPath(path), lengthBytes);
  return bytes && Buffer.from(bytes).toString();
};

it('reads as many bytes as were asked for, or as there are', () => {
  expect(start('file', 4)).toBe('cont');
  expect(start('file', 4096)).toBe('content');
});

it.each(['directory', 'link', 'fifo', 'gone', 'file/below'])('finds no regular file at %s', (path) => {
  expect(start(path, 1)).toBeUndefined();
});
