import { describe, expect, it } from 'vitest';
import { createArranger } from '../../../src/layers/arrange.ts';
import type { Component } from '../../../src/model/component.ts';
import type { DirectoryEntry, Entry, LayerEntry, Scan } from '../../../src/model/entry.ts';
import { ROOT_PATH, rootfsPath } from '../../../src/model/rootfs-path.ts';

const CREATED = 2_000_000_000;
const owner = { mode: 0o755, uid: 0, gid: 0, xattrs: [] };

function directory(path: string, changes: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return { ...owner, kind: 'directory', path: rootfsPath(path), mtimeSeconds: 1_999_999_999, ...changes };
}

function file(path: string, mtimeSeconds: number, linkGroup?: number): Entry {
  const content = { sizeBytes: 1, mtimeNanoseconds: 0n, linkGroup };
  return { ...owner, kind: 'file', path: rootfsPath(path), mtimeSeconds, ...content };
}

function scanOf(entries: readonly Entry[], root: DirectoryEntry = directory('')): Scan {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return { root, entries, byPath, isComplete: true, linkGroups: [] };
}

function component(entries: readonly Entry[], mtimeClampSeconds?: number): Component {
  return {
    name: 'test/component',
    mtimeClampSeconds,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
    entries,
    sizeBytes: 0,
  };
}

function arrange(scan: Scan, ...components: Component[]): readonly LayerEntry[] {
  return createArranger(scan, { format: 'estargz', createdSeconds: CREATED })(components).entries;
}

function shown(entries: readonly LayerEntry[]): [string, number][] {
  return entries.map((entry) => [entry.path, entry.mtimeSeconds]);
}

describe('the entries of a layer', () => {
  const usr = directory('usr');
  const bin = directory('usr/bin');
  const early = file('usr/bin/early', 1000);
  const late = file('usr/bin/late', 5000);
  const scan = scanOf([usr, bin, early, late, directory('var')]);

  it('are its members with their parents, parents first, in scan order', () => {
    expect(arrange(scan, component([late]), component([early])).map((entry) => entry.path)).toEqual([
      'usr',
      'usr/bin',
      'usr/bin/early',
      'usr/bin/late',
    ]);
  });

  it('have times of at most their component’s clamp and at most the image’s', () => {
    expect(shown(arrange(scan, component([early, late], 3000)))).toEqual([
      ['usr', 3000],
      ['usr/bin', 3000],
      ['usr/bin/early', 1000],
      ['usr/bin/late', 3000],
    ]);
    const future = file('usr/bin/early', CREATED + 5);
    expect(arrange(scanOf([usr, bin, future]), component([future])).at(-1)?.mtimeSeconds).toBe(CREATED);
  });

  it('give directories the newest member’s time, so that their own time changes nothing', () => {
    const touched = scanOf([
      directory('usr', { mtimeSeconds: 7 }),
      directory('usr/bin', { mtimeSeconds: 8 }),
      early,
    ]);
    expect(shown(arrange(touched, component([early])))).toEqual(shown(arrange(scan, component([early]))));
    expect(arrange(scan, component([early]))[0]?.mtimeSeconds).toBe(1000);
  });

  it('give an empty directory without any file the time 0', () => {
    const proc = directory('proc');
    expect(shown(arrange(scanOf([proc]), component([proc])))).toEqual([['proc', 0]]);
  });

  it('hold the root only when it is not 0755 and owned by root', () => {
    expect(arrange(scan, component([early]))[0]?.path).toBe('usr');
    const root = directory('', { mode: 0o700 });
    const [first] = arrange(scanOf([usr, bin, early], root), component([early]));
    expect(first).toMatchObject({ path: ROOT_PATH, mode: 0o700, mtimeSeconds: 1000 });
  });

  it('make every further path of an inode a hardlink to the first', () => {
    const [a, b] = [file('a', 10, 0), file('b', 10, 0)];
    const entries = arrange(scanOf([a, b]), component([b, a]));
    expect(entries).toMatchObject([
      { kind: 'file', path: 'a' },
      { kind: 'hardlink', path: 'b', target: 'a', xattrs: [], mtimeSeconds: 10 },
    ]);
  });

  it('that a TOC cannot name make the layer plain gzip', () => {
    const odd = file('\xff', 1);
    const arranged = createArranger(scanOf([odd]), { format: 'estargz', createdSeconds: CREATED });
    expect(arranged([component([odd])]).format).toBe('gzip');
    const plain = createArranger(scanOf([odd]), { format: 'none', createdSeconds: CREATED });
    expect(plain([component([odd])]).format).toBe('none');
  });

  it('that a reader of the TOC would take for the landmark or the TOC make the layer plain gzip', () => {
    const formatOf = (path: string) => {
      const entry = file(path, 1);
      return createArranger(scanOf([entry]), { format: 'estargz', createdSeconds: CREATED })([
        component([entry]),
      ]).format;
    };
    expect(formatOf('.prefetch.landmark')).toBe('gzip');
    expect(formatOf('etc/.prefetch.landmark')).toBe('estargz');
  });

  it.each<[string, Entry]>([
    ['/etc/.wh.passwd has a name that means "deleted" in a layer (.wh.)', file('etc/.wh.passwd', 1)],
    [
      '/dev/gone is a character device 0/0, which means "deleted" to overlayfs',
      {
        ...owner,
        kind: 'character-device',
        path: rootfsPath('dev/gone'),
        mtimeSeconds: 0,
        linkGroup: undefined,
        deviceMajor: 0,
        deviceMinor: 0,
      },
    ],
    [
      '/f has the extended attribute "user.a=b": a tar cannot hold a name with "="',
      { ...file('f', 1), xattrs: [{ name: 'user.a=b', value: new Uint8Array() }] },
    ],
  ])('are refused: %s', (message, entry) => {
    expect(() => arrange(scanOf([entry]), component([entry]))).toThrow(message);
  });
});
