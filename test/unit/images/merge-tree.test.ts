import { describe, expect, it } from 'vitest';
import { type MergedTree, mergeTree, type TreeInode } from '../../../src/images/merge-tree.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { entry, hardlink } from './tree-entries.ts';

const paths = (tree: MergedTree) => [...tree.inodes.keys()].sort();
const inode = (tree: MergedTree, path: string): TreeInode | undefined => tree.inodes.get(rootfsPath(path));

describe('layers on each other', () => {
  it('a file of an upper layer replaces that of a lower one', () => {
    const tree = mergeTree([[entry('a', { mode: 0o600 })], [entry('a', { mode: 0o640, sizeBytes: 9 })]]);
    expect(inode(tree, 'a')).toMatchObject({ kind: 'file', mode: 0o640, sizeBytes: 9 });
    expect(tree.problems).toEqual([]);
  });

  it('a directory over a directory changes its metadata and keeps what is in it', () => {
    const tree = mergeTree([
      [entry('d/'), entry('d/a')],
      [entry('d/', { mode: 0o700 }), entry('d/b')],
    ]);
    expect(paths(tree)).toEqual(['d', 'd/a', 'd/b']);
    expect(inode(tree, 'd')?.mode).toBe(0o700);
  });

  it('a file over a directory removes all that was in it', () => {
    const tree = mergeTree([[entry('d/'), entry('d/a/'), entry('d/a/b')], [entry('d')]]);
    expect(paths(tree)).toEqual(['d']);
    expect(inode(tree, 'd')?.kind).toBe('file');
  });

  it('a directory over a symlink replaces it', () => {
    const tree = mergeTree([[entry('d', { kind: 'symlink', linkName: 'x' })], [entry('d/'), entry('d/a')]]);
    expect(paths(tree)).toEqual(['d', 'd/a']);
    expect(tree.problems).toEqual([]);
  });

  it('the root takes the metadata of its own entry', () => {
    const tree = mergeTree([[entry('./', { mode: 0o700, uid: 3 })]]);
    expect(tree.root).toMatchObject({ kind: 'directory', mode: 0o700, uid: 3 });
    expect(tree.rootIsListed).toBe(true);
    expect(paths(tree)).toEqual([]);
    expect(mergeTree([[]])).toMatchObject({ root: { mode: 0o755, uid: 0, gid: 0 }, rootIsListed: false });
  });

  it('parents come before children in the list', () => {
    const tree = mergeTree([[entry('a/'), entry('a/b/'), entry('a/b/c')]]);
    expect([...tree.inodes.keys()]).toEqual(['a', 'a/b', 'a/b/c']);
  });

  it('a tree may be deeper than the call stack', () => {
    const name = 'd/'.repeat(20_000);
    expect(mergeTree([[entry(name)]]).inodes.size).toBe(20_000);
  });
});

describe('whiteouts', () => {
  it('hide one name of the lower layers', () => {
    const tree = mergeTree([
      [entry('d/'), entry('d/a'), entry('d/b')],
      [entry('d/'), entry('d/.wh.a')],
    ]);
    expect(paths(tree)).toEqual(['d', 'd/b']);
  });

  it('hide a whole directory', () => {
    expect(paths(mergeTree([[entry('d/'), entry('d/a')], [entry('.wh.d')]]))).toEqual([]);
  });

  it('that are opaque hide everything lower in their directory, and nothing of their own layer', () => {
    const upper = [entry('d/'), entry('d/new'), entry('d/.wh..wh..opq')];
    expect(paths(mergeTree([[entry('d/'), entry('d/a/'), entry('d/a/b')], upper]))).toEqual(['d', 'd/new']);
  });

  it('hide nothing of their own layer, wherever they stand in it', () => {
    for (const upper of [
      [entry('a', { mode: 0o600 }), entry('.wh.a')],
      [entry('.wh.a'), entry('a', { mode: 0o600 })],
    ]) {
      expect(inode(mergeTree([[entry('a')], upper]), 'a')?.mode).toBe(0o600);
    }
  });

  it('of what is not there, and the other marks of AUFS, are passed over', () => {
    const tree = mergeTree([[entry('a')], [entry('.wh.b'), entry('x/y/.wh.z'), entry('.wh..wh.plnk/')]]);
    expect(paths(tree)).toEqual(['a']);
    expect(tree.problems).toEqual([]);
  });
});

describe('hardlinks', () => {
  it('of a layer share one inode', () => {
    const tree = mergeTree([[entry('a'), hardlink('b', './a'), hardlink('c', 'b')]]);
    expect(inode(tree, 'b')).toBe(inode(tree, 'a'));
    expect(inode(tree, 'c')).toBe(inode(tree, 'a'));
  });

  it('part when one of them is replaced or hidden', () => {
    const lower = [entry('a'), hardlink('b', 'a'), hardlink('c', 'a')];
    const tree = mergeTree([lower, [entry('a', { sizeBytes: 3 }), entry('.wh.c')]]);
    expect(inode(tree, 'a')).toMatchObject({ sizeBytes: 3 });
    expect(inode(tree, 'b')).toMatchObject({ sizeBytes: 0 });
    expect(paths(tree)).toEqual(['a', 'b']);
  });

  it('may have symlinks, FIFOs and devices as their targets', () => {
    const device = entry('n', { kind: 'block-device', deviceMajor: 8, deviceMinor: 1 });
    const tree = mergeTree([[device, hardlink('m', 'n')]]);
    expect(inode(tree, 'm')).toMatchObject({ kind: 'block-device', deviceMajor: 8, deviceMinor: 1 });
  });

  it('without a target, or to a directory, are problems', () => {
    const { problems } = mergeTree([[entry('d/'), hardlink('a', 'd'), hardlink('b', 'missing')]]);
    expect(problems).toEqual([
      { path: 'a', message: 'it is a hardlink to /d, which is a directory' },
      { path: 'b', message: 'it is a hardlink to /missing, which is not there' },
    ]);
  });

  it('whose header contradicts the target are problems: runtimes differ', () => {
    expect(mergeTree([[entry('a'), hardlink('b', 'a', { mode: 0o777 })]]).problems).toEqual([
      { path: 'b', message: 'its mode or owner is not that of /a, to which it is a hardlink' },
    ]);
  });
});

describe('broken trees', () => {
  it('a missing directory is made up as runtimes do, without a problem', () => {
    const tree = mergeTree([[entry('a/b/c')]]);
    expect(inode(tree, 'a/b')).toMatchObject({
      kind: 'directory',
      mode: 0o755,
      uid: 0,
      mtimeSeconds: undefined,
    });
    expect(tree.problems).toEqual([]);
  });

  it('an entry below a symlink is a problem: runtimes differ', () => {
    const tree = mergeTree([[entry('lib', { kind: 'symlink', linkName: 'usr/lib' })], [entry('lib/a')]]);
    expect(tree.problems).toEqual([{ path: 'lib/a', message: '/lib above it is a symlink' }]);
    expect(inode(tree, 'lib')?.kind).toBe('directory');
  });

  it('a hundred thousand directories without entries are an error, not a full memory', () => {
    const layer = Array.from({ length: 51 }, (_, index) => entry(`${index}/${'d/'.repeat(2000)}`));
    expect(() => mergeTree([layer])).toThrow(
      'the layers have no entries for more than 100000 directories that they use',
    );
  });

  it('a root that is no directory is a problem', () => {
    expect(mergeTree([[entry('/', { kind: 'file' })]]).problems).toEqual([
      { path: '', message: 'the root is a file' },
    ]);
  });
});
