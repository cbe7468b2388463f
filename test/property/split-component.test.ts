import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SplitLimit, splitComponent } from '../../src/components/split-component.ts';
import type { Component } from '../../src/model/component.ts';
import type { FileEntry } from '../../src/model/entry.ts';
import { rootfsPath } from '../../src/model/rootfs-path.ts';

const MAX_BYTES = 1000;
/** A directory costs something in every part that holds files of it, as in a layer. */
const DIRECTORY_BYTES = 10;
const limit: SplitLimit = {
  maxBytes: MAX_BYTES,
  measure: ({ entries, sizeBytes }) =>
    sizeBytes + DIRECTORY_BYTES * new Set(entries.map(({ path }) => path.replace(/[^/]*$/, ''))).size,
};

interface File {
  readonly path: string;
  readonly sizeBytes: number;
  readonly linkGroup: number | undefined;
}

const file: fc.Arbitrary<File> = fc.record({
  path: fc
    .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 })
    .chain((names) => fc.integer({ min: 0, max: 99 }).map((name) => `${names.join('/')}/${name}`)),
  sizeBytes: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 400 }) }, fc.constant(1500)),
  linkGroup: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 9 }),
});
const files = fc.uniqueArray(file, { selector: ({ path }) => path, minLength: 1, maxLength: 120 });

function componentOf(list: readonly File[]): Component {
  const sizes = new Map(list.map(({ linkGroup, sizeBytes }) => [linkGroup, sizeBytes]));
  const entries = list
    .map(({ path, sizeBytes, linkGroup }): FileEntry => ({
      kind: 'file',
      path: rootfsPath(path),
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtimeSeconds: 0,
      mtimeNanoseconds: 0n,
      xattrs: [],
      // The paths of one inode have one size.
      sizeBytes: linkGroup === undefined ? sizeBytes : (sizes.get(linkGroup) ?? 0),
      linkGroup,
    }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
  return {
    name: 'x',
    entries,
    sizeBytes: contentBytes(entries),
    mtimeClampSeconds: 5,
    updateTimesSeconds: [3],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}

function contentBytes(entries: readonly FileEntry[]): number {
  const groups = new Set<number>();
  return entries.reduce((sum, { linkGroup, sizeBytes }) => {
    if (linkGroup !== undefined && groups.has(linkGroup)) return sum;
    if (linkGroup !== undefined) groups.add(linkGroup);
    return sum + sizeBytes;
  }, 0);
}

function partsOf(list: readonly File[]): ReadonlyMap<string, readonly string[]> {
  const parts = splitComponent(componentOf(list), limit);
  return new Map(parts.map(({ name, entries }) => [name, entries.map(({ path }) => path)]));
}

describe('the parts of a component', () => {
  it('hold every entry once, in order, and have names of their own', () => {
    fc.assert(
      fc.property(files, (list) => {
        const component = componentOf(list);
        const parts = splitComponent(component, limit);
        const paths = parts.flatMap(({ entries }) => entries.map(({ path }) => path));
        expect(paths.toSorted()).toEqual(component.entries.map(({ path }) => path).toSorted());
        expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
        expect(parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(component.sizeBytes);
        for (const { updateTimesSeconds, mtimeClampSeconds } of parts) {
          expect([updateTimesSeconds, mtimeClampSeconds]).toEqual([[3], 5]);
        }
      }),
    );
  });

  it('fit, unless one has a single inode', () => {
    fc.assert(
      fc.property(files, (list) => {
        const parts = splitComponent(componentOf(list), limit);
        const tooBig = parts.filter((part) => limit.measure(part) > MAX_BYTES);
        expect(tooBig.filter(({ entries }) => inodeCount(entries) > 1)).toEqual([]);
      }),
    );
  });

  it('keep the paths of an inode together', () => {
    fc.assert(
      fc.property(files, (list) => {
        const groups = splitComponent(componentOf(list), limit).flatMap(({ entries }) =>
          Array.from(
            new Set(entries.flatMap((entry) => (entry.kind === 'file' ? (entry.linkGroup ?? []) : []))),
          ),
        );
        expect(new Set(groups).size).toBe(groups.length);
      }),
    );
  });

  it('stay as they are, but for the one that a file is in, when it grows or comes', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(sizes, fc.nat(), (list, choice) => {
        const small = list.map((sizeBytes, index) => ({
          path: `${index}/x`,
          sizeBytes,
          linkGroup: undefined,
        }));
        const grown = small[choice % small.length];
        if (grown === undefined) throw new Error('no file');
        const after = partsOf(small.map((each) => (each === grown ? { ...each, sizeBytes: 900 } : each)));
        for (const before of [partsOf(small), partsOf(small.filter((each) => each !== grown))]) {
          const others = [...before].filter(
            ([name, paths]) => !paths.includes(grown.path) && !after.has(name),
          );
          // It was cut because the file has come into it: then its name begins theirs.
          for (const [name] of others) {
            const parts = [...after.keys()].filter((part) => part.startsWith(name.replace('*', '')));
            expect(parts.flatMap((part) => after.get(part) ?? [])).toContain(grown.path);
          }
          const kept = [...before].filter(([name]) => after.has(name));
          for (const [name, paths] of kept) {
            expect(after.get(name)?.filter((path) => path !== grown.path)).toEqual(
              paths.filter((path) => path !== grown.path),
            );
          }
        }
      }),
    );
  });
});

function inodeCount(entries: Component['entries']): number {
  return new Set(
    entries.map((entry) =>
      entry.kind === 'file' && entry.linkGroup !== undefined ? entry.linkGroup : entry.path,
    ),
  ).size;
}
