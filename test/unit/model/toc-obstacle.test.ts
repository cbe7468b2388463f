import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/model/entry.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { tocObstacle } from '../../../src/model/toc-obstacle.ts';

const metadata = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, xattrs: [], linkGroup: undefined };

function fifo(path: string): Entry {
  return { ...metadata, kind: 'fifo', path: rootfsPath(path) };
}

describe('what keeps an entry out of a TOC', () => {
  it('is nothing for names that are UTF-8, whatever the characters', () => {
    for (const path of ['usr/bin/a', 'a\nb"\\\x7f', Buffer.from('größe-文\u{1d11e}').toString('latin1')]) {
      expect(tocObstacle(fifo(path))).toBeUndefined();
    }
  });

  it('is a name on the path that is not UTF-8', () => {
    expect(tocObstacle(fifo('caf\xe9'))).toBe('not-utf8');
    expect(tocObstacle(fifo('caf\xe9/menu'))).toBe('not-utf8');
    // A surrogate, and an overlong slash: no UTF-8 (RFC 3629).
    expect(tocObstacle(fifo('\xed\xa0\x80'))).toBe('not-utf8');
    expect(tocObstacle(fifo('\xc0\xaf'))).toBe('not-utf8');
  });

  it('is a link target that is not UTF-8', () => {
    const link = { ...metadata, kind: 'symlink', path: rootfsPath('link') } as const;
    expect(tocObstacle({ ...link, target: 'caf\xe9' })).toBe('not-utf8');
    expect(tocObstacle({ ...link, target: 'cafe' })).toBeUndefined();
  });

  it('is the name of an extended attribute that is not UTF-8, but no value', () => {
    const value = Buffer.from([0xff]);
    expect(tocObstacle({ ...fifo('a'), xattrs: [{ name: 'user.\xff', value }] })).toBe('not-utf8');
    expect(tocObstacle({ ...fifo('a'), xattrs: [{ name: 'user.a', value }] })).toBeUndefined();
  });

  it('is the name of a landmark or of the TOC, at the root only', () => {
    for (const name of ['.prefetch.landmark', '.no.prefetch.landmark', 'stargz.index.json']) {
      expect(tocObstacle(fifo(name))).toBe('reserved-name');
      expect(tocObstacle(fifo(`${name}/below`))).toBe('reserved-name');
      expect(tocObstacle(fifo(`etc/${name}`))).toBeUndefined();
      expect(tocObstacle(fifo(`${name}.d`))).toBeUndefined();
    }
  });
});
