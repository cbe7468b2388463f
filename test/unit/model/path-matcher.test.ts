import { describe, expect, it } from 'vitest';
import { createPathMatcher } from '../../../src/model/path-matcher.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';

function matching(glob: string, paths: readonly string[]): string[] {
  const matches = createPathMatcher(glob.split('/').filter((segment) => segment !== ''));
  return paths.filter((path) => matches(rootfsPath(path)));
}

describe('createPathMatcher', () => {
  it('matches a path, what lies below it and nothing beside it, in whatever order it is asked', () => {
    const paths = ['etc/a/b', 'etc', 'etcetera', 'usr/etc', 'etc/a'];
    expect(matching('etc', paths)).toEqual(['etc/a/b', 'etc', 'etc/a']);
    expect(matching('/', paths)).toEqual(paths);
  });

  it('knows wildcards in a name and any number of directories', () => {
    const paths = ['usr/lib/a.so', 'usr/lib/x/y/b.so.1', 'usr/lib/a.so/inside', 'lib/c.so'];
    expect(matching('/usr/**/*.so*', paths)).toEqual(paths.slice(0, 3));
  });

  it('is not deterred by a path that is deeper than the call stack', () => {
    expect(matching('/a/**/z', [`${'a/'.repeat(12_000)}z`])).toHaveLength(1);
  });
});
