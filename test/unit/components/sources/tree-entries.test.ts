import { describe, expect, it } from 'vitest';
import { createFindEntry } from '../../../../src/components/sources/tree-entries.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createMemoryRootfs } from '../memory-rootfs.ts';

const file = { kind: 'file' } as const;

describe('createFindEntry', () => {
  const rootfs = createMemoryRootfs({
    bin: { kind: 'symlink', target: 'usr/bin' },
    'usr/bin/tool': file,
    'usr/bin/sh': { kind: 'symlink', target: 'tool' },
    out: { kind: 'symlink', target: '../../../etc' },
    'etc/passwd': file,
    loop: { kind: 'symlink', target: 'loop' },
    'usr/lib': { kind: 'directory' },
  });

  function find(path: string): string | undefined {
    return createFindEntry(rootfs.scan, rootfs.reader)(rootfsPath(path))?.path;
  }

  it.each([
    ['/usr/bin/tool', 'usr/bin/tool'],
    ['/bin/tool', 'usr/bin/tool'],
    ['/bin/sh', 'usr/bin/sh'],
    ['/bin', 'bin'],
    ['/out/passwd', 'etc/passwd'],
    ['/out', 'out'],
  ])('finds %s at %s', (path, real) => {
    expect(find(path)).toBe(real);
  });

  it.each(['/', '/missing', '/missing/below', '/usr/bin/tool/below', '/loop/a', '/bin/none'])(
    'finds nothing at %s',
    (path) => {
      expect(find(path)).toBeUndefined();
    },
  );

  it('asks the disk once a link, however many paths lead through it, and otherwise never', () => {
    const asked = createMemoryRootfs({
      bin: { kind: 'symlink', target: 'usr/bin' },
      loop: { kind: 'symlink', target: 'loop' },
      'usr/bin/a': file,
    });
    const findEntry = createFindEntry(asked.scan, asked.reader);
    for (const path of ['usr/bin/a', 'usr/none/x', 'bin/a', 'bin/b', 'none/x', 'loop/1/x', 'loop/2/x'])
      findEntry(rootfsPath(path));
    expect(asked.resolvedPaths).toEqual(['bin', 'loop']);
  });
});
