import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { makeFile, openTree, runOn, setXattr, type Tree } from './fidelity-case.ts';
import { layah, layahOrFail, run } from './layah.ts';
import { testWith } from './needs.ts';
import { removeTree } from './run-directory.ts';
import { expectSameTree } from './trees.ts';
import { untarLayers } from './unpack.ts';

interface RefusedCase {
  readonly title: string;
  readonly make: (tree: Tree) => void;
  /** What the error says of it. */
  readonly message: RegExp;
}

const TAKES_XATTR = 'import os, sys; os.setxattr(os.fsencode(sys.argv[2]), eval(sys.argv[1]), b"value")';

const refusedCases: readonly RefusedCase[] = [
  {
    title: 'a file named like a whiteout',
    make: (tree) => makeFile(tree, 'etc/.wh.passwd', 'deleted?'),
    message: /\/etc\/\.wh\.passwd has a name that means "deleted" in a layer/,
  },
  {
    title: 'a file named like an opaque whiteout',
    make: (tree) => makeFile(tree, 'etc/.wh..wh..opq', ''),
    message: /\/etc\/\.wh\.\.wh\.\.opq has a name that means "deleted" in a layer/,
  },
  {
    title: 'a directory named like a whiteout, with a file in it',
    make: (tree) => makeFile(tree, 'etc/.wh.conf.d/ordinary', ''),
    message: /\/etc\/\.wh\.conf\.d has a name that means "deleted" in a layer/,
  },
  {
    title: 'a character device 0:0, overlayfs\u2019 whiteout',
    make(tree) {
      mkdirSync(tree.at('dev'));
      runOn(tree, 'dev/gone', 'sh', '-c', 'mknod "$0" c 0 0');
    },
    message: /\/dev\/gone is a character device 0\/0, which means "deleted" to overlayfs/,
  },
  {
    title: 'an extended attribute whose name has "=", which ends the name in a PAX record',
    make(tree) {
      makeFile(tree, 'file', '');
      setXattr(tree, 'file', 'user.a=b', 'value');
    },
    message: /\/file has the extended attribute "user\.a=b": a tar cannot hold a name with "="/,
  },
  {
    title: 'an extended attribute whose name is not UTF-8',
    make(tree) {
      makeFile(tree, 'file', '');
      runOn(tree, 'file', 'python3', '-c', TAKES_XATTR, String.raw`b"user.\xff"`);
    },
    message: /\/file has an extended attribute whose name is not UTF-8/,
  },
  {
    title: 'a path of 4,001 bytes',
    make: (tree) => makeFile(tree, `${'d'.repeat(249)}/`.repeat(16) + '1', ''),
    message: /a path of 4001 bytes is longer than the 4000 that an image can hold: \/d{199}\.\.\./,
  },
];

describe('what no layer can hold is refused by its path, and nothing is written', () => {
  for (const { title, make, message } of refusedCases) {
    testWith(['root', 'python3'], title, async () => {
      const base = await mkdtemp(join(inject('runDirectory'), 'refused-'));
      const rootfs = makeTree(base, make);
      const { exitCode, stderr } = await layah(['build', '--rootfs', rootfs, '-o', join(base, 'image')]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(message);
      expect(readdirSync(base)).toEqual(['rootfs']);
      await removeTree(base);
    });
  }
});

describe('what ext4 cannot hold, made in a tmpfs and extracted there by GNU tar', () => {
  const needs = ['root', 'python3', 'mount', 'umount'];

  testWith(needs, 'nine extended attributes of 64 KiB come out as they went in', async () => {
    await inTmpfs(async (base) => {
      const rootfs = makeTree(base, (tree) => makeLargeXattrs(tree, 9));
      await untarLayers(await build(base, rootfs), join(base, 'tree'));
      await expectSameTree(rootfs, join(base, 'tree'), ['--root-free']);
    });
  });

  testWith(needs, 'more than 1 MiB of them are refused, since Go reads no such header', async () => {
    await inTmpfs(async (base) => {
      const rootfs = makeTree(base, (tree) => makeLargeXattrs(tree, 17));
      const { exitCode, stderr } = await layah(['build', '--rootfs', rootfs, '-o', join(base, 'image')]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/extended attributes of \/file take more than 1 MiB/);
      expect(readdirSync(base)).toEqual(['rootfs']);
    });
  });

  testWith(needs, 'times before the year 0 become its first second: a TOC has no dates before', async () => {
    await inTmpfs(async (base) => {
      const rootfs = makeTree(base, (tree) => {
        makeFile(tree, 'old', '');
        runOn(tree, 'old', 'touch', '-d', '@-9223372036854775808');
      });
      const archive = await build(base, rootfs);
      await layahOrFail(['verify', archive, '--rootfs', rootfs]);
      await untarLayers(archive, join(base, 'tree'));
      expect(await run('stat', ['-c', '%Y', join(base, 'tree/old')])).toBe('-62167219200');
    });
  });
});

describe('the root directory', () => {
  testWith(['root'], 'keeps its mode, owner and attributes where GNU tar extracts it', async () => {
    const base = await mkdtemp(join(inject('runDirectory'), 'root-'));
    const rootfs = makeTree(base, (tree) => {
      makeFile(tree, 'file', 'content');
      setXattr(tree, '.', 'user.on-root', 'yes');
      chownSync(tree.at('.'), 5, 6);
      chmodSync(tree.at('.'), 0o1750);
    });
    await untarLayers(await build(base, rootfs), join(base, 'tree'));
    await expectSameTree(rootfs, join(base, 'tree'));
  });
});

function makeTree(base: string, make: (tree: Tree) => void): string {
  const rootfs = join(base, 'rootfs');
  mkdirSync(rootfs);
  const tree = openTree(rootfs, 'input');
  make(tree);
  tree.close();
  return rootfs;
}

function makeLargeXattrs(tree: Tree, count: number): void {
  makeFile(tree, 'file', '');
  for (let index = 0; index < count; index++) {
    setXattr(tree, 'file', `security.large-${index}`, Buffer.alloc(65_536, index));
  }
}

async function build(base: string, rootfs: string): Promise<string> {
  const archive = join(base, 'image.ociarchive');
  await layahOrFail(['build', '--rootfs', rootfs, '-o', archive]);
  return archive;
}

async function inTmpfs(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'tmpfs-'));
  await run('mount', ['-t', 'tmpfs', 'layah-e2e', directory]);
  await use(directory).finally(async () => run('umount', [directory]));
}
