import { describe, expect, it } from 'vitest';
import { splitComponent } from '../../../src/components/split-component.ts';
import type { Component } from '../../../src/model/component.ts';
import type { FileEntry } from '../../../src/model/entry.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';

const limit = { maxBytes: 100, measure: ({ sizeBytes }: Component) => sizeBytes };

function component(sizes: Readonly<Record<string, number>>): Component {
  const entries = Object.entries(sizes).map(([path, sizeBytes]): FileEntry => ({
    kind: 'file',
    path: rootfsPath(path),
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0n,
    xattrs: [],
    sizeBytes,
    linkGroup: undefined,
  }));
  return {
    name: 'dpkg/x',
    entries,
    sizeBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}

function parts(sizes: Readonly<Record<string, number>>): Record<string, string[]> {
  return Object.fromEntries(
    splitComponent(component(sizes), limit).map(({ name, entries }) => [
      name,
      entries.map(({ path }) => path),
    ]),
  );
}

describe('splitComponent', () => {
  it('leaves what fits, and what is one file, as it is', () => {
    expect(Object.keys(parts({ 'a/1': 50, 'a/2': 50 }))).toEqual(['dpkg/x']);
    expect(Object.keys(parts({ 'a/1': 500 }))).toEqual(['dpkg/x']);
  });

  /* Other names or other members cost everybody the layers of all parts. */
  it('cuts always the same way', () => {
    expect(
      parts({ 'usr/bin/a': 40, 'usr/bin/b': 40, 'usr/lib/c': 60, 'usr/lib/d': 30, 'etc/e': 10, 'opt/f': 70 }),
    ).toEqual(PINNED);
  });

  it('gives a file that does not fit a part of its own, and cuts a directory that does not', () => {
    expect(parts({ 'opt/big': 101, 'opt/one': 60, 'opt/two': 60, 'etc/e': 10, 'usr/u': 10 })).toEqual({
      'dpkg/x#*': ['etc/e', 'usr/u'],
      'dpkg/x#/opt#0': ['opt/two'],
      'dpkg/x#/opt#1': ['opt/one'],
      'dpkg/x#/opt/big': ['opt/big'],
    });
  });
});

const PINNED = {
  'dpkg/x#01010': ['usr/bin/a', 'usr/bin/b'],
  'dpkg/x#01011': ['opt/f'],
  'dpkg/x#1': ['usr/lib/c', 'usr/lib/d', 'etc/e'],
};
