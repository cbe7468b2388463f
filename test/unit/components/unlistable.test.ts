import { describe, expect, it } from 'vitest';
import { claimUnlistable } from '../../../src/components/unlistable.ts';
import type { Scan } from '../../../src/model/entry.ts';
import { scanOf } from './memory-rootfs.ts';

const file = { kind: 'file', sizeBytes: 1 } as const;

function claimed(scan: Scan): Record<string, string | undefined> {
  const { components = [], claims = new Map() } = claimUnlistable(scan) ?? {};
  return Object.fromEntries([...claims].map(([path, { component }]) => [path, components[component]?.name]));
}

describe('what a TOC cannot carry', () => {
  it('is nothing in an ordinary tree', () => {
    const scan = scanOf({ 'usr/bin/a': file, 'etc/stargz.index.json': file });
    expect(claimUnlistable(scan)).toBeUndefined();
  });

  it('is gathered in one component a reason, with strong claims', () => {
    const scan = scanOf({
      'opt/caf\xe9': file,
      'opt/link': { kind: 'symlink', target: '\xff' },
      'stargz.index.json': file,
      'opt/ordinary': file,
    });
    expect(claimed(scan)).toEqual({
      'opt/caf\xe9': 'layah/not-utf8',
      'opt/link': 'layah/not-utf8',
      'stargz.index.json': 'layah/reserved',
    });
    expect([...(claimUnlistable(scan)?.claims.values() ?? [])].map(({ strength }) => strength)).toEqual(
      Array.from({ length: 3 }, () => 'strong'),
    );
  });

  it('is a directory with all that is below it, for the reason of the directory', () => {
    const scan = scanOf({
      'a\xff/b/c': file,
      'a\xff-': file,
      '.prefetch.landmark/\xff': file,
      '.prefetch.landmark.d': file,
      'with-attribute/below': file,
      'with-attribute': { kind: 'directory', xattrs: { 'user.\xff': 'x' } },
      'with-attribute-not': file,
    });
    expect(claimed(scan)).toEqual({
      '.prefetch.landmark': 'layah/reserved',
      '.prefetch.landmark/\xff': 'layah/reserved',
      'a\xff': 'layah/not-utf8',
      'a\xff/b': 'layah/not-utf8',
      'a\xff/b/c': 'layah/not-utf8',
      'a\xff-': 'layah/not-utf8',
      'with-attribute': 'layah/not-utf8',
      'with-attribute/below': 'layah/not-utf8',
    });
  });

  it('is not gathered when every layer holds it anyway, as an attribute of the root', () => {
    const scan = scanOf({ '': { kind: 'directory', xattrs: { 'user.\xff': 'x' } }, '\xff': file });
    expect(claimUnlistable(scan)).toBeUndefined();
  });
});
