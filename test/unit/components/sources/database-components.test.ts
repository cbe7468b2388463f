import { describe, expect, it } from 'vitest';
import {
  buildTimeComponent,
  claimDatabaseFiles,
  componentName,
  joinVersions,
} from '../../../../src/components/sources/database-components.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createMemoryRootfs } from '../memory-rootfs.ts';

describe('componentName', () => {
  it('is one line of bounded length, whatever the package is called', () => {
    expect(componentName('apk', 'musl')).toBe('apk/musl');
    expect(componentName('alpm', 'a\nb')).toBe(String.raw`alpm/a\x0ab`);
    expect(componentName('apk', 'x'.repeat(70_000))).toBe(`apk/${'x'.repeat(255)}`);
  });
});

describe('buildTimeComponent', () => {
  it('has the times newest first without duplicates, and the newest as the clamp', () => {
    const packages = [7, undefined, 9, 7].map((buildTimeSeconds) => ({
      buildTimeSeconds,
      version: undefined,
    }));
    expect(buildTimeComponent('apk/a', packages)).toMatchObject({
      mtimeClampSeconds: 9,
      updateTimesSeconds: [9, 7],
    });
  });
});

describe('joinVersions', () => {
  it('names every version once, on one line of bounded length, and leaves out what is not known', () => {
    expect(joinVersions(['1.0-1', undefined, '2.0', '1.0-1', ''])).toEqual({ version: '1.0-1, 2.0' });
    expect(joinVersions(['1\n2'])).toEqual({ version: String.raw`1\x0a2` });
    expect(joinVersions(['v'.repeat(1000)]).version).toHaveLength(255);
    expect(joinVersions([undefined])).toEqual({});
  });
});

describe('claimDatabaseFiles', () => {
  const rootfs = createMemoryRootfs({
    'db/a/b': { kind: 'file' },
    'db-other/x': { kind: 'file' },
    link: { kind: 'symlink', target: 'real' },
    'real/x': { kind: 'file' },
    everything: { kind: 'symlink', target: '/' },
    dangling: { kind: 'symlink', target: 'nowhere' },
  });
  const claimed = (paths: readonly string[]): string[] => [
    ...claimDatabaseFiles(rootfs, paths.map(rootfsPath), 3).keys(),
  ];

  it('claims a directory and all below it', () => {
    expect(claimed(['db'])).toEqual(['db', 'db/a', 'db/a/b']);
  });

  it('claims a link and what it leads to', () => {
    expect(claimed(['link'])).toEqual(['link', 'real', 'real/x']);
    expect(claimed(['dangling', 'missing'])).toEqual(['dangling']);
  });

  it('never claims the whole tree', () => {
    expect(claimed(['everything', ''])).toEqual(['everything']);
  });
});
