import { describe, expect, it } from 'vitest';
import { claimByMap } from '../../../../src/components/sources/map-file.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import type { ComponentMap } from '../../../../src/model/component-map.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, type MemoryTree } from '../memory-rootfs.ts';

/** A map of lines `PATTERN COMPONENT`, in the file map.json. */
function mapOf(...lines: string[]): ComponentMap {
  const rules = lines.map((line, index) => {
    const space = line.lastIndexOf(' ');
    return { lineNumber: index + 1, pattern: line.slice(0, space), componentName: line.slice(space + 1) };
  });
  const names = [...new Set(rules.map(({ componentName }) => componentName))];
  const components = names.map((name) => ({ name, updateIntervalDays: undefined, exclusive: false }));
  return { origin: 'component map map.json', rules, components };
}

interface Loaded {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

function load(tree: MemoryTree, map: ComponentMap): Loaded {
  const reporter = createCollectingReporter();
  const { signal } = new AbortController();
  return {
    claims: claimByMap(map, { ...createMemoryRootfs(tree), reporter, signal }),
    warnings: reporter.warnings,
  };
}

function owners({ claims }: Loaded): Record<string, string | undefined> {
  const entries = [...(claims?.claims ?? [])];
  return Object.fromEntries(
    entries.map(([path, claim]) => [path, claims?.components[claim.component]?.name]),
  );
}

const file = { kind: 'file' } as const;
const directory = { kind: 'directory' } as const;

const tree: MemoryTree = {
  'opt/app/bin/tool': file,
  'opt/app/lib/a.so': file,
  'opt/app/lib/deep/b.so': file,
  'opt/other/a.so': file,
  'opt/empty': directory,
  'usr/bin/bash': file,
  bin: { kind: 'symlink', target: 'usr/bin' },
};

describe('claimByMap', () => {
  it('claims a path, and all below a directory, strongly', () => {
    const loaded = load(tree, mapOf('/usr/bin/bash shell', '/opt/app app'));
    expect(owners(loaded)).toEqual({
      'usr/bin/bash': 'map/shell',
      'opt/app': 'map/app',
      'opt/app/bin': 'map/app',
      'opt/app/bin/tool': 'map/app',
      'opt/app/lib': 'map/app',
      'opt/app/lib/a.so': 'map/app',
      'opt/app/lib/deep': 'map/app',
      'opt/app/lib/deep/b.so': 'map/app',
    });
    expect(loaded.claims?.claims.get(rootfsPath('usr/bin/bash'))?.strength).toBe('strong');
    expect(loaded.claims?.packageCount).toBeUndefined();
    expect(loaded.warnings).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['/opt/*/a.so', ['opt/other/a.so']],
    ['/opt/**/a.so', ['opt/app/lib/a.so', 'opt/other/a.so']],
    ['/**/a.so', ['opt/app/lib/a.so', 'opt/other/a.so']],
    ['/**/lib/**/*.so', ['opt/app/lib/a.so', 'opt/app/lib/deep/b.so']],
    ['/**/**/deep', ['opt/app/lib/deep', 'opt/app/lib/deep/b.so']],
    ['/opt/?mpty', ['opt/empty']],
    ['/opt/empty/', ['opt/empty']],
    ['//opt///e*', ['opt/empty']],
    ['/opt/other/**', ['opt/other/a.so']],
    ['/opt/other/*', ['opt/other/a.so']],
    ['/opt/other/**/*', ['opt/other/a.so']],
    ['/*/bin', ['usr/bin', 'usr/bin/bash']],
    ['/[a-c]in', ['bin']],
    ['/usr/bin/[!a]*', ['usr/bin/bash']],
    [String.raw`/usr/b\in`, ['usr/bin', 'usr/bin/bash']],
  ])('%s claims %j', (pattern, paths) => {
    const loaded = load(tree, mapOf(`${pattern} x`));
    expect(Object.keys(owners(loaded)).sort()).toEqual(paths);
    expect(loaded.warnings).toEqual([]);
  });

  it.each(['/', '/**', '/*', '/**/*'])('%s claims everything', (pattern) => {
    expect(load(tree, mapOf(`${pattern} x`)).claims?.claims.size).toBe(
      createMemoryRootfs(tree).scan.entries.length,
    );
  });

  it('lets the last rule win, also over one that names the path itself', () => {
    const map = mapOf('/opt/app/lib/a.so exact', '/opt/app app', '/opt/app/lib/deep deep', '/**/b.so b');
    expect(owners(load(tree, map))).toMatchObject({
      'opt/app/lib/a.so': 'map/app',
      'opt/app/lib/deep': 'map/deep',
      'opt/app/lib/deep/b.so': 'map/b',
    });
    expect(load(tree, map).warnings).toEqual([]);
  });

  it('finds a path without wildcards through the links of the tree, and takes a link at its end for itself', () => {
    expect(owners(load(tree, mapOf('/bin/bash shell')))).toEqual({ 'usr/bin/bash': 'map/shell' });
    expect(owners(load(tree, mapOf('/bin shell')))).toEqual({ bin: 'map/shell' });
    expect(load(tree, mapOf('/bin/b* shell')).claims).toBeUndefined();
  });

  it('reads names as UTF-8, and lets wildcards stand for what is none', () => {
    const names = { 'srv/caf\u00c3\u00a9': file, 'srv/caf\xe9': file };
    expect(Object.keys(owners(load(names, mapOf('/srv/caf\u00e9 x'))))).toEqual(['srv/caf\u00c3\u00a9']);
    expect(Object.keys(owners(load(names, mapOf('/srv/caf? x'))))).toEqual(Object.keys(names));
    expect(Object.keys(owners(load(names, mapOf('/srv/caf[\u00e0-\u00ff] x'))))).toEqual([
      'srv/caf\u00c3\u00a9',
    ]);
  });

  it('warns of every pattern that matches nothing, with its line', () => {
    const loaded = load(tree, mapOf('/opt/app app', '/opt/none/** app', '/srv/a\nb x', '/opt/app/bin/x/y z'));
    expect(loaded.warnings).toEqual([
      'line 2 of component map map.json: the pattern "/opt/none/**" matches nothing',
      String.raw`line 3 of component map map.json: the pattern "/srv/a\x0ab" matches nothing`,
      'line 4 of component map map.json: the pattern "/opt/app/bin/x/y" matches nothing',
    ]);
  });

  it('says how many warnings it held back', () => {
    const lines = Array.from({ length: 25 }, (_, index) => `/none${index} x`);
    const { claims, warnings } = load(tree, mapOf(...lines));
    expect(claims).toBeUndefined();
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe(
      '5 more warnings about patterns of component map map.json that match nothing',
    );
  });

  it('passes the interval on', () => {
    const map = mapOf('/opt app');
    const components = [{ name: 'app', updateIntervalDays: 7, exclusive: true }];
    expect(load(tree, { ...map, components }).claims?.components).toEqual([
      {
        name: 'map/app',
        mtimeClampSeconds: undefined,
        updateTimesSeconds: [],
        updateIntervalDays: 7,
        changesEveryBuild: false,
      },
    ]);
  });

  it('matches 30,000 entries with 1,000 patterns, whatever kind they are, without trying each with each', () => {
    const entries: Record<string, MemoryTree[string]> = {};
    for (let index = 0; index < 30_000; index++) {
      entries[`usr/lib/package${index % 1000}/sub/module_${index}.py`] = file;
    }
    const kinds = ['/usr/lib/package#/sub', '/usr/lib/package#*/sub/*_#.py', '/**/lib#*.so', '/usr/**/x#'];
    const lines = Array.from({ length: 1000 }, (_, index) => {
      const pattern = kinds[index % kinds.length]?.replaceAll('#', String(index));
      return `${pattern} component${index}`;
    });
    const reporter = createCollectingReporter();
    const input = { ...createMemoryRootfs(entries), reporter, signal: new AbortController().signal };
    expect(claimByMap(mapOf(...lines), input)?.claims.size).toBeGreaterThan(6000);
  });
});
