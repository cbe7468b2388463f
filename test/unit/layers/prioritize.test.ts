import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prioritize } from '../../../src/layers/prioritize.ts';
import type { LayerEntry } from '../../../src/model/entry.ts';
import type { LayerContents } from '../../../src/model/layer.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';

const METADATA = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, xattrs: [] };

const directory = (path: string): LayerEntry => ({ ...METADATA, kind: 'directory', path: rootfsPath(path) });
const file = (path: string): LayerEntry => ({
  ...METADATA,
  kind: 'file',
  path: rootfsPath(path),
  linkGroup: undefined,
  sizeBytes: 1,
  mtimeNanoseconds: 0n,
});
const hardlink = (path: string, target: string): LayerEntry => ({
  ...METADATA,
  kind: 'hardlink',
  path: rootfsPath(path),
  target: rootfsPath(target),
});

function layerOf(entries: readonly LayerEntry[]): LayerContents {
  const offsets = entries.map((_, index) => index * 1024);
  return {
    format: 'estargz',
    entries,
    source: { kind: 'tar', descriptor: 3, offsets },
    prefetchedEntryCount: 0,
  };
}

/** The paths, with a bar behind those that are prefetched. */
function prioritized(entries: readonly LayerEntry[], ...paths: string[]): string[] {
  const asked = paths.map((path) => rootfsPath(path));
  const result = prioritize(layerOf(entries), asked);
  const names = result.entries.map(({ path }) => (path === '' ? '.' : path));
  return [...names.slice(0, result.prefetchedEntryCount), '|', ...names.slice(result.prefetchedEntryCount)];
}

it('moves files to the front in the order given, their directories before them', () => {
  const entries = [directory(''), directory('a'), file('a/1'), file('a/2'), directory('b'), file('b/3')];
  expect(prioritized(entries, 'b/3', 'gone', 'a/2')).toEqual(['.', 'b', 'b/3', 'a', 'a/2', '|', 'a/1']);
});

it('moves what a hardlink links to before it', () => {
  const entries = [directory('a'), file('a/1'), directory('b'), hardlink('b/2', 'a/1'), file('b/3')];
  expect(prioritized(entries, 'b/2')).toEqual(['a', 'a/1', 'b', 'b/2', '|', 'b/3']);
});

it('ends with hardlinks in a circle', () => {
  const entries = [hardlink('a', 'b'), hardlink('b', 'a')];
  expect(prioritized(entries, 'b')).toEqual(['a', 'b', '|']);
});

it('leaves a layer as it is when only directories were asked for, or nothing that it has', () => {
  const entries = [directory('a'), file('a/1')];
  expect(prioritized(entries, 'a', 'c')).toEqual(['|', 'a', 'a/1']);
});

it('keeps every entry once, parents before children and targets before links', () => {
  const paths = fc.array(fc.constantFrom('d', 'd/e', 'd/1', 'd/e/2', 'd/e/3', '4', 'x'), { maxLength: 6 });
  const entries = [
    directory('d'),
    file('d/1'),
    directory('d/e'),
    file('d/e/2'),
    hardlink('d/e/3', 'd/1'),
    file('4'),
  ];
  fc.assert(
    fc.property(paths, (asked) => {
      const names = prioritized(entries, ...asked).filter((name) => name !== '|');
      expect(names.toSorted()).toEqual(entries.map(({ path }) => path as string).toSorted());
      for (const [before, after] of [
        ['d', 'd/1'],
        ['d', 'd/e'],
        ['d/e', 'd/e/2'],
        ['d/1', 'd/e/3'],
      ] as const) {
        expect(names.indexOf(before)).toBeLessThan(names.indexOf(after));
      }
    }),
  );
});

it('takes along where headers and contents are', () => {
  const layer = layerOf([file('a'), file('b')]);
  const { source } = prioritize(layer, [rootfsPath('b')]);
  expect(source).toEqual({ kind: 'tar', descriptor: 3, offsets: [1024, 0] });
  const kept = { kind: 'tar', descriptor: 3, offsets: [512, 1536], headerOffsets: [0, 1024] } as const;
  expect(prioritize({ ...layer, source: kept }, [rootfsPath('b')]).source).toEqual({
    ...kept,
    offsets: [1536, 512],
    headerOffsets: [1024, 0],
  });
});

it('leaves layers alone that cannot say what to prefetch', () => {
  const gzip: LayerContents = { ...layerOf([file('a'), file('b')]), format: 'gzip' };
  const verbatim: LayerContents = {
    ...layerOf([file('a'), file('b')]),
    source: { kind: 'verbatim-tar', descriptor: 3, offsets: [512, 1536], sizeBytes: 4096 },
  };
  expect(prioritize(gzip, [rootfsPath('b')])).toBe(gzip);
  expect(prioritize(verbatim, [rootfsPath('b')])).toBe(verbatim);
});
