import { describe, expect, it } from 'vitest';
import { assignComponents } from '../../../src/components/assign.ts';
import type { Claim, ComponentInfo, SourceClaims } from '../../../src/model/component.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { scanOf } from './memory-rootfs.ts';

function info(name: string): ComponentInfo {
  return {
    name,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}

/** Paths by component name; a name that begins with `?` is claimed weakly. */
function source(name: string, claimed: Readonly<Record<string, readonly string[]>>): SourceClaims {
  const names = Object.keys(claimed);
  const claims = names.flatMap((component, index) =>
    (claimed[component] ?? []).map((path): [ReturnType<typeof rootfsPath>, Claim] => [
      rootfsPath(path),
      { component: index, strength: component.startsWith('?') ? 'weak' : 'strong' },
    ]),
  );
  return {
    source: name,
    packageCount: undefined,
    components: names.map((component) => info(`${name}/${component.replace('?', '')}`)),
    claims: new Map(claims),
  };
}

function pathsByComponent(...parameters: Parameters<typeof assignComponents>): Record<string, string[]> {
  const { components } = assignComponents(...parameters);
  return Object.fromEntries(components.map(({ name, entries }) => [name, entries.map(({ path }) => path)]));
}

const file = { kind: 'file', sizeBytes: 10 } as const;

describe('assignComponents', () => {
  it('puts what nobody claims into layah/unclaimed, without dates', () => {
    const { components } = assignComponents(scanOf({ a: file, b: file }), []);
    expect(components).toMatchObject([
      { name: 'layah/unclaimed', sizeBytes: 20, updateTimesSeconds: [], changesEveryBuild: false },
    ]);
  });

  it('lets a strong claim of the last source beat a weak claim of the first', () => {
    const sources = [source('first', { '?guess': ['a'] }), source('last', { known: ['a'] })];
    expect(pathsByComponent(scanOf({ a: file }), sources)).toEqual({ 'last/known': ['a'] });
  });

  it('lets the first source win among equally strong claims', () => {
    const strong = [source('first', { x: ['a'] }), source('last', { y: ['a'] })];
    const weak = [source('first', { '?x': ['a'] }), source('last', { '?y': ['a'] })];
    expect(pathsByComponent(scanOf({ a: file }), strong)).toEqual({ 'first/x': ['a'] });
    expect(pathsByComponent(scanOf({ a: file }), weak)).toEqual({ 'first/x': ['a'] });
  });

  it('assigns empty directories, claimed or not, and leaves out those with entries below them', () => {
    const scan = scanOf({
      'usr/empty': { kind: 'directory' },
      'usr/other': { kind: 'directory' },
      'usr/share/a': file,
      'usr/share.d': { kind: 'directory' },
    });
    expect(pathsByComponent(scan, [source('db', { p: ['usr', 'usr/empty', 'usr/share'] })])).toEqual({
      'db/p': ['usr/empty'],
      'layah/unclaimed': ['usr/other', 'usr/share/a', 'usr/share.d'],
    });
  });

  it('keeps the paths of one inode together where its best claim points, and counts its size once', () => {
    const linked = { ...file, inode: 'one' };
    const scan = scanOf({ a: linked, b: linked, c: linked, d: file });
    const { components, summaries } = assignComponents(scan, [
      source('first', { '?guess': ['a'] }),
      source('last', { known: ['c'] }),
    ]);
    expect(components.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['last/known', 10],
      ['layah/unclaimed', 10],
    ]);
    expect(components[0]?.entries.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(summaries[1]).toMatchObject({ fileCount: 3, sizeBytes: 10 });
  });

  it('lets the first path of an inode in the scan decide between equal claims', () => {
    const linked = { ...file, inode: 'one' };
    const claims = [source('db', { late: ['usr/b'], early: ['bin/a'] })];
    expect(pathsByComponent(scanOf({ 'usr/b': linked, 'bin/a': linked }), claims)).toEqual({
      'db/early': ['bin/a', 'usr/b'],
    });
  });

  it('sorts components by the UTF-8 bytes of their names and drops those that won nothing', () => {
    const scan = scanOf({ a: file, b: file, c: file });
    // U+FF5E comes before U+1F600 in UTF-8, and after it in UTF-16.
    const claims = source('db', { '\u{1f600}': ['a'], '\uff5e': ['b'], z: ['c'], lost: ['nowhere'] });
    expect(assignComponents(scan, [claims]).components.map(({ name }) => name)).toEqual([
      'db/z',
      'db/\uff5e',
      'db/\u{1f600}',
    ]);
  });

  it('joins components of one name', () => {
    const scan = scanOf({ a: file, b: file });
    const twice: SourceClaims = {
      ...source('db', { x: ['a'], y: ['b'] }),
      components: [info('db/x'), info('db/x')],
    };
    expect(pathsByComponent(scan, [twice])).toEqual({ 'db/x': ['a', 'b'] });
  });

  it('counts for every source what it won, and the unclaimed rest last', () => {
    const scan = scanOf({
      a: file,
      b: file,
      c: file,
      d: { kind: 'directory' },
      l: { kind: 'symlink', target: 'a' },
    });
    const db = { ...source('db', { p: ['a', 'd'], q: ['l'] }), packageCount: 7 };
    const { summaries } = assignComponents(scan, [db, source('other', { x: ['a'] })]);
    expect(summaries).toEqual([
      { source: 'db', packageCount: 7, componentCount: 2, fileCount: 2, sizeBytes: 10 },
      { source: 'other', packageCount: undefined, componentCount: 0, fileCount: 0, sizeBytes: 0 },
      { source: 'unclaimed', packageCount: undefined, componentCount: 1, fileCount: 2, sizeBytes: 20 },
    ]);
  });

  it('gathers what a TOC cannot carry before all sources, with the other paths of its inodes', () => {
    const linked = { ...file, inode: 'one' };
    const scan = scanOf({ 'opt/a': linked, 'opt/caf\xe9': linked, 'opt/b': file, 'stargz.index.json': file });
    const sources = [source('first', { all: ['opt/a', 'opt/caf\xe9', 'opt/b', 'stargz.index.json'] })];
    expect(pathsByComponent(scan, sources)).toEqual({
      'first/all': ['opt/b'],
      'layah/not-utf8': ['opt/a', 'opt/caf\xe9'],
      'layah/reserved': ['stargz.index.json'],
    });
    expect(assignComponents(scan, sources).summaries.map((each) => [each.source, each.fileCount])).toEqual([
      ['unlistable', 3],
      ['first', 1],
      ['unclaimed', 0],
    ]);
  });

  it('refuses a claim for a component that its source does not list', () => {
    const broken = { ...source('db', { x: ['a'] }), components: [] };
    expect(() => assignComponents(scanOf({ a: file }), [broken])).toThrow(
      'the source db claims /a for a component that it does not list',
    );
  });
});
