import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { expect } from 'vitest';
import { type FidelityCase, makeFile, modeOf, runOn, setXattr, statsOf, type Tree } from './fidelity-case.ts';

const TARGETS: readonly (readonly [what: string, name: string, target: string])[] = [
  ['of 4,000 bytes', 'long', `${'t'.repeat(99)}/`.repeat(39) + 't'.repeat(100)],
  ['of 4,000 bytes without a slash', 'long-name', 't'.repeat(4000)],
  ['of 101 bytes, one more than ustar can hold', 'hundred-and-one', 't'.repeat(101)],
  ['that is absolute', 'absolute', '/links/relative'],
  ['that is relative', 'relative', '../etc/./os-release'],
  ['that leads out of the tree', 'out', '../../../../../../etc/shadow'],
  ['that leads nowhere', 'dangling', '/no/such/file'],
  ['that is the link itself', 'self', 'self'],
  ['that is a link back', 'there', 'back'],
  ['that is a link there', 'back', 'there'],
  ['that is its own directory', 'here', '.'],
  ['with a newline, a quote and a trailing slash', 'odd', `a\n"b'/`],
  ['that is not ASCII', 'größe', 'größe-文'],
];

export const linkCases: readonly FidelityCase[] = [
  ...TARGETS.map(([what, name, target]): FidelityCase => ({
    title: `a symlink with a target ${what}`,
    make(tree) {
      mkdirSync(tree.at('links'), { recursive: true });
      symlinkSync(target, tree.at(`links/${name}`));
    },
    expectation: (tree) => expect(readlinkSync(tree.at(`links/${name}`), 'utf8')).toBe(target),
  })),
  {
    title: 'a symlink with an owner and a time of its own',
    make(tree) {
      mkdirSync(tree.at('links'), { recursive: true });
      symlinkSync('owned', tree.at('links/owned'));
      runOn(tree, 'links/owned', 'chown', '-h', '12:34');
      lutimesSync(tree.at('links/owned'), 1_000_000_000, 1_000_000_000);
    },
    expectation(tree) {
      const { uid, gid, mtimeNs } = statsOf(tree, 'links/owned');
      expect([uid, gid, mtimeNs]).toEqual([12n, 34n, 1_000_000_000_000_000_000n]);
    },
  },
  {
    title: 'hardlinks inside a component, with the attributes of their one inode',
    make(tree) {
      makeFile(tree, 'hardlinks/inside/one', 'linked');
      chmodSync(tree.at('hardlinks/inside/one'), 0o4711);
      setXattr(tree, 'hardlinks/inside/one', 'user.of-the-inode', 'yes');
      linkSync(tree.at('hardlinks/inside/one'), tree.at('hardlinks/inside/two'));
      linkSync(tree.at('hardlinks/inside/one'), tree.at('hardlinks/inside/three'));
    },
    expectation(tree) {
      expectOneInode(tree, ['hardlinks/inside/one', 'hardlinks/inside/two', 'hardlinks/inside/three']);
      expect(modeOf(tree, 'hardlinks/inside/three')).toBe(0o4711);
    },
  },
  {
    title: 'hardlinks across components',
    make(tree) {
      for (const colour of ['red', 'green', 'blue']) {
        makeFile(tree, `hardlinks/${colour}/own`, colour);
        setXattr(tree, `hardlinks/${colour}`, 'user.component', colour);
      }
      makeFile(tree, 'hardlinks/red/shared', 'shared');
      linkSync(tree.at('hardlinks/red/shared'), tree.at('hardlinks/green/shared'));
      linkSync(tree.at('hardlinks/red/shared'), tree.at('hardlinks/blue/shared'));
    },
    expectation(tree) {
      expectOneInode(tree, ['hardlinks/red/shared', 'hardlinks/green/shared', 'hardlinks/blue/shared']);
      expect(readFileSync(tree.at('hardlinks/green/shared'), 'utf8')).toBe('shared');
      expect(readFileSync(tree.at('hardlinks/green/own'), 'utf8')).toBe('green');
    },
  },
  {
    title: 'hardlinks of a symlink',
    make(tree) {
      mkdirSync(tree.at('hardlinks/symlink'), { recursive: true });
      symlinkSync('anywhere', tree.at('hardlinks/symlink/one'));
      linkSync(tree.at('hardlinks/symlink/one'), tree.at('hardlinks/symlink/two'));
    },
    expectation(tree) {
      expectOneInode(tree, ['hardlinks/symlink/one', 'hardlinks/symlink/two']);
      expect(readlinkSync(tree.at('hardlinks/symlink/two'), 'utf8')).toBe('anywhere');
    },
  },
  {
    title: 'hardlinks of a FIFO and of a device',
    make(tree) {
      mkdirSync(tree.at('hardlinks/special'), { recursive: true });
      runOn(tree, 'hardlinks/special/fifo', 'mkfifo');
      runOn(tree, 'hardlinks/special/null', 'cp', '-a', '/dev/null');
      for (const name of ['fifo', 'null']) {
        linkSync(tree.at(`hardlinks/special/${name}`), tree.at(`hardlinks/special/${name}-again`));
      }
    },
    expectation(tree) {
      expectOneInode(tree, ['hardlinks/special/fifo', 'hardlinks/special/fifo-again']);
      expectOneInode(tree, ['hardlinks/special/null', 'hardlinks/special/null-again']);
      expect(statsOf(tree, 'hardlinks/special/fifo-again').isFIFO()).toBe(true);
      expect(statsOf(tree, 'hardlinks/special/null-again').isCharacterDevice()).toBe(true);
    },
  },
  {
    title: '300 hardlinks of one file, by names that ustar cannot hold',
    make(tree) {
      makeFile(tree, manyLinks(0), 'many');
      for (let index = 1; index < 300; index++) linkSync(tree.at(manyLinks(0)), tree.at(manyLinks(index)));
    },
    expectation: (tree) =>
      expectOneInode(
        tree,
        Array.from({ length: 300 }, (_, index) => manyLinks(index)),
      ),
  },
];

function manyLinks(index: number): string {
  return `hardlinks/many/${'m'.repeat(200)}/${'name-'.repeat(40)}${index}`;
}

function expectOneInode(tree: Tree, paths: readonly string[]): void {
  const stats = paths.map((path) => statsOf(tree, path));
  expect(new Set(stats.map(({ dev, ino }) => `${dev}:${ino}`)).size).toBe(1);
  expect(stats.map(({ nlink }) => nlink)).toEqual(paths.map(() => BigInt(paths.length)));
}
