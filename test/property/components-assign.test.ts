import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignComponents, nameComponents, rankClaims } from '../../src/components/assign.ts';
import type { Claim, SourceClaims } from '../../src/model/component.ts';
import type { Scan } from '../../src/model/entry.ts';
import { rootfsPath, type RootfsPath } from '../../src/model/rootfs-path.ts';
import { tocObstacle } from '../../src/model/toc-obstacle.ts';
import { scanOf, type MemoryNode } from '../unit/components/memory-rootfs.ts';

const aPath = fc
  .array(fc.constantFrom('a', 'b', 'a.', '\xff'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));
const aNode: fc.Arbitrary<MemoryNode> = fc.oneof(
  fc.constant<MemoryNode>({ kind: 'directory' }),
  fc.constant<MemoryNode>({ kind: 'symlink', target: 'a' }),
  fc.record({ kind: fc.constant('file' as const), sizeBytes: fc.nat(100) }),
  fc.constantFrom('one', 'two').map((inode): MemoryNode => ({ kind: 'file', sizeBytes: 7, inode })),
);

/** Parents of other nodes become directories. */
const aScan: fc.Arbitrary<Scan> = fc
  .dictionary(aPath, aNode, { maxKeys: 20, noNullPrototype: true })
  .map((nodes) => {
    const paths = Object.keys(nodes);
    const leaves = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
    return scanOf(Object.fromEntries(leaves.map((path) => [path, nodes[path] ?? { kind: 'directory' }])));
  });

const COMPONENTS = ['x', 'y', 'z'];
const aClaim: fc.Arbitrary<Claim> = fc.record({
  component: fc.nat(COMPONENTS.length - 1),
  strength: fc.constantFrom('strong', 'weak'),
});
const someClaims = fc.uniqueArray(fc.tuple(aPath.map(rootfsPath), aClaim), {
  selector: ([path]) => path,
  maxLength: 20,
});
const someSources = fc.array(someClaims, { maxLength: 3 });

function toSource(claims: readonly (readonly [RootfsPath, Claim])[], index: number): SourceClaims {
  const components = COMPONENTS.map((name) => ({
    name: `s${index}/${name}`,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  }));
  return { source: `s${index}`, packageCount: undefined, components, claims: new Map(claims) };
}

function isImplied(scan: Scan, path: RootfsPath): boolean {
  return (
    scan.byPath.get(path)?.kind === 'directory' &&
    scan.entries.some((other) => other.path.startsWith(`${path}/`))
  );
}

/** Stated path by path, as the documentation has it. */
function expectedOwner(path: RootfsPath, scan: Scan, sources: readonly SourceClaims[]): string {
  const entry = scan.byPath.get(path);
  const group = entry === undefined || entry.kind === 'directory' ? undefined : entry.linkGroup;
  const paths = group === undefined ? [path] : (scan.linkGroups[group] ?? []);
  if (paths.some((each) => each.includes('\xff'))) return 'layah/not-utf8';
  for (const strength of ['strong', 'weak']) {
    for (const source of sources) {
      for (const candidate of paths) {
        const claim = source.claims.get(candidate);
        if (claim?.strength === strength) return source.components[claim.component]?.name ?? '';
      }
    }
  }
  return 'layah/unclaimed';
}

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

describe('rankClaims', () => {
  it('has the claim that wins first, of every entry, and all others of its inode', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) => {
        const sources = claims.map(toSource);
        return scan.entries.every((entry) => {
          const ranked = rankClaims(entry, scan, sources);
          return (ranked[0]?.component ?? 'layah/unclaimed') === expectedOwner(entry.path, scan, sources);
        });
      }),
    );
  });
});

describe('assignComponents', () => {
  it('puts every entry that no other implies into exactly one component, in scan order, and no other entry', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) => {
        const { components } = assignComponents(scan, claims.map(toSource));
        const order = new Map(scan.entries.map(({ path }, index) => [path, index]));
        const indexes = components.map(({ entries }) => entries.map(({ path }) => order.get(path) ?? -1));
        const expected = scan.entries.flatMap(({ path }, index) => (isImplied(scan, path) ? [] : [index]));
        return (
          indexes.every((inOrder) =>
            equal(
              inOrder,
              inOrder.toSorted((left, right) => left - right),
            ),
          ) &&
          equal(
            indexes.flat().sort((left, right) => left - right),
            expected,
          )
        );
      }),
    );
  });

  it('gives every entry to the owner that the rules name', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) => {
        const sources = claims.map(toSource);
        return assignComponents(scan, sources).components.every(({ name, entries }) =>
          entries.every(({ path }) => expectedOwner(path, scan, sources) === name),
        );
      }),
    );
  });

  it('names the same components of some paths as of all', () => {
    fc.assert(
      fc.property(aScan, someSources, fc.array(aPath.map(rootfsPath)), (scan, claims, paths) => {
        const sources = claims.map(toSource);
        const all = new Map(
          assignComponents(scan, sources).components.flatMap(({ name, entries }) =>
            entries.map(({ path }) => [path, name] as const),
          ),
        );
        const wanted = new Set(paths);
        expect(nameComponents(scan, sources, wanted)).toEqual(
          new Map([...all].filter(([path]) => wanted.has(path))),
        );
        expect(nameComponents(scan, sources, new Set(all.keys()))).toEqual(all);
      }),
    );
  });

  it('leaves nothing that a TOC cannot carry in a component whose layer would lose its TOC by it', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) =>
        assignComponents(scan, claims.map(toSource)).components.every(
          ({ name, entries }) =>
            name === 'layah/not-utf8' || entries.every((entry) => tocObstacle(entry) === undefined),
        ),
      ),
    );
  });

  it('does not depend on the order of the claims of a source', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) =>
        equal(
          describeResult(scan, claims),
          describeResult(
            scan,
            claims.map((source) => source.toReversed()),
          ),
        ),
      ),
    );
  });

  it('keeps the paths of one inode in one component', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) => {
        const { components } = assignComponents(scan, claims.map(toSource));
        return scan.linkGroups.every(
          (group) =>
            components.filter(({ entries }) => entries.some(({ path }) => group.includes(path))).length === 1,
        );
      }),
    );
  });

  it('counts every byte and every file once, over components as over sources', () => {
    fc.assert(
      fc.property(aScan, someSources, (scan, claims) => {
        const { components, summaries } = assignComponents(scan, claims.map(toSource));
        const first = new Set(scan.linkGroups.map(([path]) => path));
        const sizes = scan.entries.map((entry) =>
          entry.kind === 'file' && (entry.linkGroup === undefined || first.has(entry.path))
            ? entry.sizeBytes
            : 0,
        );
        const files = scan.entries.filter(({ kind }) => kind !== 'directory').length;
        return (
          sum(components.map(({ sizeBytes }) => sizeBytes)) === sum(sizes) &&
          sum(summaries.map(({ sizeBytes }) => sizeBytes)) === sum(sizes) &&
          sum(summaries.map(({ fileCount }) => fileCount)) === files &&
          sum(summaries.map(({ componentCount }) => componentCount)) === components.length
        );
      }),
    );
  });
});

function describeResult(scan: Scan, claims: readonly (readonly (readonly [RootfsPath, Claim])[])[]): unknown {
  const { components, summaries } = assignComponents(scan, claims.map(toSource));
  return [components.map(({ name, entries }) => [name, entries.map(({ path }) => path)]), summaries];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
