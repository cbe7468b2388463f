import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeTree } from '../../src/images/merge-tree.ts';
import { parentPath, rootfsPath, type RootfsPath } from '../../src/model/rootfs-path.ts';
import { entry } from '../unit/images/tree-entries.ts';

type Kind = 'directory' | 'file';
interface Named {
  readonly path: string;
  readonly kind: Kind;
}

const aPath = fc
  .array(fc.constantFrom('a', 'b', 'c', 'a.'), { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/'));
const anEntry: fc.Arbitrary<Named> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ path: aPath, kind: fc.constantFrom<Kind>('directory', 'file') }) },
  aPath.map((path) => ({ path: path.replace(/[^/]+$/, '.wh.$&'), kind: 'file' as const })),
  aPath.map((path) => ({ path: `${path}/.wh..wh..opq`, kind: 'file' as const })),
);
const someLayers = fc.array(fc.array(anEntry, { maxLength: 12 }), { maxLength: 5 });

describe('merging layers', () => {
  it('gives the tree that one gets by applying them to a flat list of paths', () => {
    fc.assert(
      fc.property(someLayers, (layers) => {
        const tree = mergeTree(
          layers.map((layer) => layer.map(({ path, kind }) => entry(path, { kind, sizeBytes: 0 }))),
        );
        const found = [...tree.inodes].map(([path, { kind }]) => {
          const { layer, index } = tree.origin(path) ?? {};
          return [path, { kind, layer, index }];
        });
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(applied(layers)));
        expect(found.map(([path]) => path)).toEqual([...tree.inodes.keys()].sort(depthFirst));
        expect([...tree.origins()]).toHaveLength(found.length + 1);
        expect(tree.entryCount).toBe(found.length);
      }),
      { numRuns: 500 },
    );
  });
});

function depthFirst(left: string, right: string): number {
  return left.replaceAll('/', '\0') < right.replaceAll('/', '\0') ? -1 : 1;
}

interface Placed {
  readonly kind: Kind;
  readonly layer: number;
  readonly index: number | undefined;
}

/** As slowly and plainly as can be. */
function applied(layers: readonly (readonly Named[])[]): Map<RootfsPath, Placed> {
  const tree = new Map<RootfsPath, Placed>();
  const removeBelow = (path: RootfsPath): void => {
    for (const other of tree.keys()) if (other.startsWith(`${path}/`)) tree.delete(other);
  };
  const remove = (path: RootfsPath): void => {
    tree.delete(path);
    removeBelow(path);
  };
  const place = (path: RootfsPath, placed: Placed): void => {
    const parent = parentPath(path);
    if (parent !== '' && tree.get(parent)?.kind !== 'directory') {
      place(parent, { kind: 'directory', layer: placed.layer, index: undefined });
    }
    if (placed.kind === 'file' || tree.get(path)?.kind === 'file') remove(path);
    tree.set(path, placed);
  };
  for (const [layer, entries] of layers.entries()) {
    for (const { path } of entries) {
      if (path.endsWith('/.wh..wh..opq')) removeBelow(parentPath(rootfsPath(path)));
      else if (path.includes('.wh.')) remove(rootfsPath(path.replace('.wh.', '')));
    }
    for (const [index, { path, kind }] of entries.entries()) {
      if (!path.includes('.wh.')) place(rootfsPath(path), { kind, layer, index });
    }
  }
  return tree;
}
