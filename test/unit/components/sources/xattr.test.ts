import { describe, expect, it } from 'vitest';
import { claimByXattrs, xattrSource } from '../../../../src/components/sources/xattr.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, scanOf, type MemoryTree } from '../memory-rootfs.ts';

function claim(tree: MemoryTree): { claims: SourceClaims | undefined; warnings: string[] } {
  const reporter = createCollectingReporter();
  return { claims: claimByXattrs(scanOf(tree), reporter), warnings: reporter.warnings };
}

function namesByPath(claims: SourceClaims | undefined): Record<string, string | undefined> {
  const claimed = [...(claims?.claims ?? [])];
  return Object.fromEntries(
    claimed.map(([path, claimOf]) => [path, claims?.components[claimOf.component]?.name]),
  );
}

function intervals(claims: SourceClaims | undefined): Record<string, number | undefined> {
  return Object.fromEntries(
    (claims?.components ?? []).map(({ name, updateIntervalDays }) => [name, updateIntervalDays]),
  );
}

function component(name: string | Buffer, interval?: string): Record<string, string | Buffer> {
  return interval === undefined
    ? { 'user.component': name }
    : { 'user.component': name, 'user.update-interval': interval };
}

const plain = { kind: 'file' } as const;

describe('xattrSource', () => {
  it('has nothing to say of a tree without the attribute', async () => {
    const { scan, reader } = createMemoryRootfs({ a: { kind: 'file', xattrs: { 'user.other': 'x' } } });
    const { signal } = new AbortController();
    const reporter = createCollectingReporter();
    expect(await xattrSource.load({ scan, reader, reporter, signal })).toBeUndefined();
    expect(reporter.warnings).toEqual([]);
  });

  it('claims a file strongly', () => {
    const { claims } = claim({ a: { kind: 'file', xattrs: component('app') }, b: plain });
    expect([...(claims?.claims ?? [])]).toEqual([['a', { component: 0, strength: 'strong' }]]);
    expect(claims?.components.map(({ name }) => name)).toEqual(['xattr/app']);
  });

  it('lets everything below a directory inherit, and a path below override', () => {
    const { claims, warnings } = claim({
      opt: { kind: 'directory', xattrs: component('opt') },
      'opt/a': plain,
      'opt/link': { kind: 'symlink', target: 'a' },
      'opt/own': { kind: 'directory', xattrs: component('own') },
      'opt/own/b': plain,
      'opt/own/file': { kind: 'file', xattrs: component('file') },
      optional: plain,
    });
    expect(namesByPath(claims)).toEqual({
      opt: 'xattr/opt',
      'opt/a': 'xattr/opt',
      'opt/link': 'xattr/opt',
      'opt/own': 'xattr/own',
      'opt/own/b': 'xattr/own',
      'opt/own/file': 'xattr/file',
    });
    expect(warnings).toEqual([]);
  });

  it('lets everything inherit from the root', () => {
    const { claims } = claim({ '': { kind: 'directory', xattrs: component('all') }, 'usr/a': plain });
    expect(namesByPath(claims)).toEqual({ usr: 'xattr/all', 'usr/a': 'xattr/all' });
  });

  it('takes an interval in days or as a word, with the component', () => {
    const { claims, warnings } = claim({
      a: { kind: 'file', xattrs: component('a', '3') },
      b: { kind: 'file', xattrs: component('b', 'biweekly') },
      c: { kind: 'directory', xattrs: component('c') },
      'c/below': { kind: 'file', xattrs: { 'user.update-interval': 'yearly' } },
      d: { kind: 'directory', xattrs: component('d', 'daily') },
      'd/below': { kind: 'file', xattrs: component('e') },
    });
    expect(intervals(claims)).toEqual({
      'xattr/a': 3,
      'xattr/b': 14,
      'xattr/c': 365,
      'xattr/d': 1,
      'xattr/e': undefined,
    });
    expect(warnings).toEqual([]);
  });

  it('uses the smallest of conflicting intervals, whichever comes first, and says so', () => {
    const first = claim({
      a: { kind: 'file', xattrs: component('x', '30') },
      b: { kind: 'file', xattrs: component('x', 'weekly') },
      c: { kind: 'file', xattrs: component('x', '7') },
    });
    expect(intervals(first.claims)).toEqual({ 'xattr/x': 7 });
    expect(first.warnings).toEqual([
      'the attribute user.update-interval of /b says 7 days, but xattr/x had 30 before: 7 is used',
    ]);
    const second = claim({
      a: { kind: 'file', xattrs: component('x', '7') },
      b: { kind: 'file', xattrs: component('x', '30') },
    });
    expect(intervals(second.claims)).toEqual({ 'xattr/x': 7 });
    expect(second.warnings).toHaveLength(1);
  });

  it.each([
    ['is empty', ''],
    ['has 256 bytes, more than 255', 'n'.repeat(256)],
    ['has 65536 bytes, more than 255', '\0\n'.repeat(32_768)],
    ['has control characters: "\\x00"', '\0'],
    ['is not UTF-8', Buffer.from([0x63, 0xe9])],
    ['has control characters: "a\\x0ab"', 'a\nb'],
    ['has control characters: "a\\x85b"', 'a\u0085b'],
  ])('ignores a component that %s, with a warning that names the path', (problem, value) => {
    const { claims, warnings } = claim({
      d: { kind: 'directory', xattrs: component('outer') },
      'd/f': { kind: 'file', xattrs: component(value) },
    });
    expect(namesByPath(claims)['d/f']).toBe('xattr/outer');
    expect(warnings).toEqual([`ignored the attribute user.component of /d/f: it ${problem}`]);
  });

  it('takes a name of 255 bytes that is no ASCII', () => {
    const name = `${'é'.repeat(127)}x`;
    const { claims, warnings } = claim({ a: { kind: 'file', xattrs: component(name) } });
    expect(claims?.components[0]?.name).toBe(`xattr/${name}`);
    expect(warnings).toEqual([]);
  });

  it('ignores an interval that it does not know', () => {
    const { claims, warnings } = claim({ a: { kind: 'file', xattrs: component('x', 'of\nten') } });
    expect(intervals(claims)).toEqual({ 'xattr/x': undefined });
    expect(warnings).toEqual([
      'ignored the attribute user.update-interval of /a: "of\\x0aten" is none of ' +
        'a number of days from 1 to 36500, daily, weekly, biweekly, monthly, quarterly, yearly',
    ]);
  });

  it('ignores an interval on a path without a component', () => {
    const { claims, warnings } = claim({ a: { kind: 'file', xattrs: { 'user.update-interval': '7' } } });
    expect(claims).toBeUndefined();
    expect(warnings).toEqual([
      'ignored the attribute user.update-interval of /a: neither it nor a directory above has user.component',
    ]);
  });

  it('gives twenty warnings and a count, not a million', () => {
    const bad = { kind: 'file', xattrs: component('') } as const;
    const tree = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, bad]));
    const { warnings } = claim(tree);
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('30 more warnings about user.component and user.update-interval attributes');
  });
});
