import { describe, expect, it } from 'vitest';
import { compareTree } from '../../../src/images/compare-tree.ts';
import type { MergedTree, TreeInode } from '../../../src/images/merge-tree.ts';
import { type Digest, parseDigest } from '../../../src/model/digest.ts';
import type { DirectoryEntry, Entry, FileEntry } from '../../../src/model/entry.ts';
import { displayPath, ROOT_PATH, rootfsPath } from '../../../src/model/rootfs-path.ts';
import { sha256 } from './layouts.ts';

const CONTENT: Digest = parseDigest(sha256(Buffer.from('content')));
const OTHER: Digest = parseDigest(sha256(Buffer.from('other')));

const metadata = { mode: 0o644, uid: 1, gid: 2, mtimeSeconds: 1000, xattrs: [] };
const inRootfs = (path: string) => ({ ...metadata, path: rootfsPath(path), linkGroup: undefined });

function file(path: string, more: Partial<FileEntry> = {}): FileEntry {
  return { ...inRootfs(path), kind: 'file', sizeBytes: 7, mtimeNanoseconds: 0n, ...more };
}

function fileInode(more: object = {}): TreeInode {
  return { ...metadata, kind: 'file', sizeBytes: 7, digest: CONTENT, ...more };
}

const ROOT: DirectoryEntry = { ...metadata, uid: 0, gid: 0, mode: 0o755, kind: 'directory', path: ROOT_PATH };
const ROOT_INODE: TreeInode = { ...metadata, uid: 0, gid: 0, mode: 0o755, kind: 'directory' };

interface Sides {
  readonly entries?: readonly Entry[];
  readonly groups?: readonly (readonly string[])[];
  readonly root?: DirectoryEntry;
  readonly image?: readonly (readonly [string, TreeInode])[];
  readonly listedRoot?: TreeInode;
}

/** `path: message` of each difference, and the paths whose content was read. */
async function compare(sides: Sides): Promise<{ found: string[]; read: string[] }> {
  const entries = sides.entries ?? [];
  const tree: MergedTree = {
    root: sides.listedRoot ?? ROOT_INODE,
    rootIsListed: sides.listedRoot !== undefined,
    entryCount: sides.image?.length ?? 0,
    inodes: new Map((sides.image ?? []).map(([path, inode]) => [rootfsPath(path), inode])),
    problems: [],
    linkedInodes: new Set(),
    origin: () => undefined,
    origins: () => [],
  };
  const found: string[] = [];
  const read: string[] = [];
  await compareTree({
    tree,
    scan: {
      root: sides.root ?? ROOT,
      entries,
      byPath: new Map(entries.map((entry) => [entry.path, entry])),
      isComplete: true,
      linkGroups: (sides.groups ?? []).map((group) => group.map((path) => rootfsPath(path))),
    },
    digestOf: async ({ path }) => {
      read.push(path);
      return CONTENT;
    },
    report: (path, message) => found.push(`${displayPath(path)}: ${message}`),
  });
  return { found, read };
}

async function difference(entry: Entry, inode: TreeInode): Promise<string[]> {
  return (await compare({ entries: [entry], image: [[entry.path, inode]] })).found;
}

describe('one path', () => {
  it('that is the same on both sides is no difference', async () => {
    expect(await difference(file('a'), fileInode())).toEqual([]);
  });

  it('that is missing or extra is one', async () => {
    expect((await compare({ entries: [file('a')], image: [['b', fileInode()]] })).found).toEqual([
      '/b: it is in the image, but not in the root filesystem',
      '/a: it is in the root filesystem, but not in the image',
    ]);
  });

  it.each<[string, TreeInode, string]>([
    ['mode', fileInode({ mode: 0o4755 }), 'mode is 04755 in the image, 0644 in the root filesystem'],
    ['uid', fileInode({ uid: 9 }), 'uid is 9 in the image, 1 in the root filesystem'],
    ['gid', fileInode({ gid: 9 }), 'gid is 9 in the image, 2 in the root filesystem'],
    ['size', fileInode({ sizeBytes: 8 }), 'size is 8 in the image, 7 in the root filesystem'],
    [
      'content',
      fileInode({ digest: OTHER }),
      `content is ${OTHER} in the image, ${CONTENT} in the root filesystem`,
    ],
    ['mtime', fileInode({ mtimeSeconds: 1001 }), 'mtime is 1001 in the image, 1000 in the root filesystem'],
    ['kind', { ...metadata, kind: 'fifo' }, 'it is a fifo in the image, a file in the root filesystem'],
  ])('of another %s is named', async (_, inode, message) => {
    expect(await difference(file('a'), inode)).toEqual([`/a: ${message}`]);
  });

  it('may be older in the image: a layer clamps times', async () => {
    expect(await difference(file('a'), fileInode({ mtimeSeconds: 1 }))).toEqual([]);
  });

  it('that is a directory may have any time', async () => {
    const entry: Entry = { ...ROOT, path: rootfsPath('d') };
    expect(await difference(entry, { ...ROOT_INODE, mtimeSeconds: 9999 })).toEqual([]);
  });

  it('that is a symlink keeps its target to the byte', async () => {
    const entry: Entry = { ...inRootfs('l'), kind: 'symlink', target: 'a//b' };
    expect(await difference(entry, { ...metadata, kind: 'symlink', target: 'a//b' })).toEqual([]);
    expect(await difference(entry, { ...metadata, kind: 'symlink', target: 'a/b\n' })).toEqual([
      '/l: link target is a/b\\x0a in the image, a//b in the root filesystem',
    ]);
  });

  it('that is a device keeps its numbers', async () => {
    const entry: Entry = { ...inRootfs('n'), kind: 'block-device', deviceMajor: 8, deviceMinor: 1 };
    const inode: TreeInode = { ...metadata, kind: 'block-device', deviceMajor: 8, deviceMinor: 2 };
    expect(await difference(entry, inode)).toEqual([
      '/n: device number is 8:2 in the image, 8:1 in the root filesystem',
    ]);
    const character: Entry = { ...entry, kind: 'character-device' };
    expect(await difference(character, inode)).toEqual([
      '/n: it is a block-device in the image, a character-device in the root filesystem',
    ]);
  });

  it('keeps its xattrs: names, values, none more', async () => {
    const xattr = (name: string, text: string) => ({ name, value: Buffer.from(text, 'latin1') });
    const entry = file('a', { xattrs: [xattr('user.a', '\0\xff'), xattr('user.b', '')] });
    expect(await difference(entry, fileInode({ xattrs: entry.xattrs }))).toEqual([]);
    expect(
      await difference(entry, fileInode({ xattrs: [xattr('user.a', '\0\xfe'), xattr('user.c', '')] })),
    ).toEqual([
      '/a: xattr user.a has another value',
      '/a: xattr user.b is not in the image',
      '/a: xattr user.c is not in the root filesystem',
    ]);
  });
});

describe('the root', () => {
  it('must be 0755 and root’s when no layer lists it', async () => {
    expect((await compare({})).found).toEqual([]);
    expect((await compare({ root: { ...ROOT, mode: 0o555 } })).found).toEqual([
      '/: mode is 0755 in the image, 0555 in the root filesystem (no layer lists the root)',
    ]);
  });

  it('is compared like any directory when a layer lists it', async () => {
    const root = { ...ROOT, mode: 0o700, uid: 5 };
    expect((await compare({ root, listedRoot: { ...ROOT_INODE, mode: 0o700, uid: 5 } })).found).toEqual([]);
    expect((await compare({ root, listedRoot: ROOT_INODE })).found).toEqual([
      '/: mode is 0755 in the image, 0700 in the root filesystem',
      '/: uid is 0 in the image, 5 in the root filesystem',
    ]);
  });
});

describe('hardlink groups', () => {
  const pair = [file('a', { linkGroup: 0 }), file('b', { linkGroup: 0 })];
  const shared = fileInode();

  it('that hold the same paths are no difference, and are read once', async () => {
    const image = [
      ['a', shared],
      ['b', shared],
    ] as const;
    expect(await compare({ entries: pair, groups: [['a', 'b']], image })).toEqual({ found: [], read: ['a'] });
  });

  it('that are torn in the image are one', async () => {
    const image = [
      ['a', fileInode()],
      ['b', fileInode()],
    ] as const;
    expect((await compare({ entries: pair, groups: [['a', 'b']], image })).found).toEqual([
      '/b: hardlink group is its own in the image, that of /a in the root filesystem',
    ]);
  });

  it('that are put together in the image are one', async () => {
    const image = [
      ['a', shared],
      ['b', shared],
    ] as const;
    expect((await compare({ entries: [file('a'), file('b')], image })).found).toEqual([
      '/b: hardlink group is that of /a in the image, its own in the root filesystem',
    ]);
  });

  it('with a missing path blame only that one', async () => {
    const entries = [...pair, file('c', { linkGroup: 0 })];
    const image = [
      ['b', shared],
      ['c', shared],
    ] as const;
    expect((await compare({ entries, groups: [['a', 'b', 'c']], image })).found).toEqual([
      '/a: it is in the root filesystem, but not in the image',
    ]);
  });
});
