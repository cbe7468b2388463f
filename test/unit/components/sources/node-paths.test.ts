import { describe, expect, it } from 'vitest';
import { locateNodePath } from '../../../../src/components/sources/node-paths.ts';

/** `NAME in MODULES`, with `!` where the path is the package itself. */
function located(path: string): string | undefined {
  const location = locateNodePath(path);
  if (location === undefined) return undefined;
  if (location.kind === 'metadata') return `metadata in ${location.modules}`;
  return `${location.name}${location.isTop ? '!' : ''} in ${location.modules}`;
}

describe('locateNodePath', () => {
  it.each([
    ['usr/bin/node', undefined],
    ['node_modules', undefined],
    ['srv/my_node_modules/x', undefined],
    ['srv/node_modules_old/x', undefined],
    ['node_modules/a', 'a! in node_modules'],
    ['srv/node_modules/a/index.js', 'a in srv/node_modules'],
    ['srv/node_modules/a/node_modules/b/index.js', 'a in srv/node_modules'],
    ['srv/node_modules/@s', undefined],
    ['srv/node_modules/@s/a', '@s/a! in srv/node_modules'],
    ['srv/node_modules/@s/a/lib/x.js', '@s/a in srv/node_modules'],
    ['srv/node_modules/.bin', undefined],
    ['srv/node_modules/.bin/tool', 'metadata in srv/node_modules'],
    ['srv/node_modules/.package-lock.json', 'metadata in srv/node_modules'],
    ['srv/node_modules/.cache/x/y', 'metadata in srv/node_modules'],
    ['srv/node_modules/.pnpm', undefined],
    ['srv/node_modules/.pnpm/lock.yaml', 'metadata in srv/node_modules'],
    ['srv/node_modules/.pnpm/a@1.0.0', 'a in srv/node_modules'],
    ['srv/node_modules/.pnpm/a@1.0.0/node_modules/a/index.js', 'a in srv/node_modules'],
    ['srv/node_modules/.pnpm/a@1.0.0_b@2.0.0/node_modules/b', 'a in srv/node_modules'],
    ['srv/node_modules/.pnpm/a@1.0.0(@s+b@2.0.0)/node_modules/a/x', 'a in srv/node_modules'],
    ['srv/node_modules/.pnpm/@s+a@1.0.0/node_modules/@s/a/index.js', '@s/a in srv/node_modules'],
    ['srv/node_modules/.pnpm/node_modules', undefined],
    ['srv/node_modules/.pnpm/node_modules/a', 'a! in srv/node_modules'],
    ['srv/node_modules/.pnpm/node_modules/@s/a', '@s/a! in srv/node_modules'],
    ['srv/node_modules/.store/a@1.0.0-HASH/node_modules/a/x', 'a in srv/node_modules'],
    ['srv/node_modules/.store/@s', undefined],
    ['srv/node_modules/.store/@s/a@1.0.0-HASH/node_modules/@s/a/x', '@s/a in srv/node_modules'],
    ['srv/node_modules/.store/lodash-npm-4.17.21-6382451519/package/x', 'lodash in srv/node_modules'],
    ['srv/node_modules/.store/@s-a-npm-1.0.0-6382451519/package/x', '@s-a in srv/node_modules'],
    ['srv/node_modules/a\nb/x', 'a\nb in srv/node_modules'],
  ])('reads %j as %j', (path, expected) => {
    expect(located(path)).toBe(expected);
  });
});
