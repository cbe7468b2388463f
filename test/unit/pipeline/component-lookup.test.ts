import { describe, expect, it } from 'vitest';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { createComponentLookup } from '../../../src/pipeline/component-lookup.ts';

const CLAIMED = new Map([
  [rootfsPath('a'), 'dpkg/a'],
  [rootfsPath('b'), 'dpkg/b'],
]);

describe('createComponentLookup', () => {
  const find = (path: string, names: readonly string[], claimed: typeof CLAIMED | undefined = CLAIMED) =>
    createComponentLookup([names], claimed).find(rootfsPath(path), 0);

  it('believes a layer that names one component, whatever sources say', () => {
    expect(find('a', ['map/mine'])).toBe('map/mine');
  });

  it('asks the sources which of several components it is, and finds the part of one that was cut', () => {
    expect(find('a', ['dpkg/a', 'dpkg/b'])).toBe('dpkg/a');
    expect(find('b', ['dpkg/a', 'dpkg/b#01'])).toBe('dpkg/b#01');
    expect(createComponentLookup([['dpkg/a', 'dpkg/b']], undefined).find(rootfsPath('a'), 0)).toBeUndefined();
  });

  it('does not know when the layer names something else', () => {
    expect(find('a', ['rpm/x', 'rpm/y'])).toBeUndefined();
  });

  it('takes what sources say where layers say nothing', () => {
    expect(find('a', [])).toBe('dpkg/a');
    expect(find('other', [])).toBe('layah/unclaimed');
  });

  it('says where that comes from', () => {
    expect(createComponentLookup([[]], undefined).from).toBe('none');
    expect(createComponentLookup([['a'], []], undefined).from).toBe('annotations');
    expect(createComponentLookup([['a']], CLAIMED).from).toBe('databases');
  });
});
