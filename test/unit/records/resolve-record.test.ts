import { expect, it } from 'vitest';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import type { TreeNode } from '../../../src/model/resolve-links.ts';
import { resolveRecord } from '../../../src/records/resolve-record.ts';

const DIRECTORY: TreeNode = { kind: 'directory' };
const FILE: TreeNode = { kind: 'file' };
const link = (target: string): TreeNode => ({ kind: 'symlink', target });

const TREE: Readonly<Record<string, TreeNode>> = {
  bin: link('usr/bin'),
  usr: DIRECTORY,
  'usr/bin': DIRECTORY,
  'usr/bin/sh': link('dash'),
  'usr/bin/dash': FILE,
  'usr/bin/up': link('../lib/./x'),
  'usr/lib': DIRECTORY,
  'usr/lib/x': FILE,
  'usr/lib/absolute': link('/bin/dash'),
  dangling: link('nowhere'),
  loop: link('loop'),
  slash: link('/'),
  fifo: { kind: 'fifo' },
};

const resolve = (...paths: string[]) =>
  resolveRecord(
    paths.map((path) => ({ path: rootfsPath(path) })),
    (path) => TREE[path],
  );

it('keeps the order and each file once', () => {
  expect(resolve('usr/lib/x', 'usr/bin/dash', 'usr/lib/x')).toEqual({
    paths: ['usr/lib/x', 'usr/bin/dash'],
    missing: [],
  });
});

it('follows symlinks, of directories too', () => {
  expect(resolve('usr/bin/up', 'bin/sh', 'usr/lib/absolute')).toEqual({
    paths: ['usr/lib/x', 'usr/bin/dash'],
    missing: [],
  });
});

it('leaves directories out, and keeps everything else', () => {
  expect(resolve('usr/lib', 'bin', 'fifo', 'slash')).toEqual({ paths: ['fifo'], missing: [] });
});

it('says what leads nowhere', () => {
  expect(resolve('gone', 'usr/lib/x/below', 'dangling', 'loop', 'usr/bin/dash')).toEqual({
    paths: ['usr/bin/dash'],
    missing: ['gone', 'usr/lib/x/below', 'dangling', 'loop'],
  });
});
