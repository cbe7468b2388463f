import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PackItem } from '../../../src/model/layer-plan.ts';
import { errorText } from '../config/test-machine.ts';
import { asPrevious, DAY, item, names, plan, PLAN_TIME } from './pack-items.ts';

/** Sizes and histories as wide as those of a distribution, without a random number. */
function distribution(count: number): PackItem[] {
  return Array.from({ length: count }, (_, index) =>
    item(`rpm/p${index}`, {
      sizeBytes: (index * 7_919 + 13) ** 2 % 40_000_003,
      updateTimesSeconds: Array.from(
        { length: (index * 31) % 17 },
        (_unused, nth) => PLAN_TIME - ((nth * (index % 23) * 11 + index) % 900) * DAY,
      ),
      fingerprint: `${index}`,
    }),
  );
}

function update(items: readonly PackItem[], ...changed: number[]): PackItem[] {
  return items.map((each, index) => (changed.includes(index) ? { ...each, fingerprint: 'new' } : each));
}

function digestOf(layers: unknown): string {
  return createHash('sha256').update(JSON.stringify(layers)).digest('hex').slice(0, 16);
}

describe('the plan', () => {
  it.each([
    [12, '228fb388627b9402'],
    [64, '50763ddcc9ef1726'],
  ])(
    'is pinned for %s layers: another one moves components in the images of everybody',
    (maxLayers, pinned) => {
      expect(digestOf(names(distribution(300), maxLayers))).toBe(pinned);
    },
  );

  it('is pinned with a previous image too', () => {
    const before = distribution(300);
    const previous = asPrevious(before, plan(before, 64));
    const after = [...update(before, 3, 50, 70, 71, 72, 110, 200), item('rpm/new', { sizeBytes: 500_000 })];
    expect(digestOf(names(after, 64, { previous }))).toBe('32a836a837f67e08');
  });

  it('puts together what changes rarely, and apart what is large or changes often', () => {
    const often = Array.from({ length: 40 }, (_, week) => PLAN_TIME - week * 7 * DAY);
    const rarely = [PLAN_TIME - 900 * DAY];
    const items = [
      ...Array.from({ length: 20 }, (_, index) =>
        item(`rare${index}`, { sizeBytes: 1000, updateTimesSeconds: rarely }),
      ),
      item('busy', { sizeBytes: 1000, updateTimesSeconds: often }),
      item('large', { sizeBytes: 1_000_000, updateTimesSeconds: rarely }),
    ];
    const layers = names(items, 5);
    expect(layers).toContainEqual(['busy']);
    expect(layers).toContainEqual(['large']);
  });

  it('says of each layer why it is so, how large it is and how often it changes', () => {
    const items = [
      item('a', { sizeBytes: 4, updateIntervalDays: 14 }),
      item('db', { sizeBytes: 7, changesEveryBuild: true }),
      item('own', { sizeBytes: 9, exclusive: true, updateIntervalDays: 28 }),
    ];
    expect(plan(items, 8).layers).toEqual([
      {
        kind: 'new',
        componentNames: ['own'],
        reason: 'exclusive',
        sizeBytes: 9,
        weeklyUpdateProbability: 0.25,
      },
      { kind: 'new', componentNames: ['a'], reason: 'packed', sizeBytes: 4, weeklyUpdateProbability: 0.5 },
      { kind: 'new', componentNames: ['db'], reason: 'hot', sizeBytes: 7, weeklyUpdateProbability: 1 },
    ]);
  });
});

describe('the plan with a previous image', () => {
  const before = distribution(100);
  const first = plan(before, 16);
  const previous = asPrevious(before, first);

  it('is that image when nothing has changed', () => {
    const second = plan(before, 16, { previous });
    expect(second.layers.map(({ componentNames }) => componentNames)).toEqual(
      first.layers.map(({ componentNames }) => componentNames),
    );
    expect(new Set(second.layers.map(({ reason }) => reason))).toEqual(new Set(['clean']));
  });

  it('groups anew only what was in layers that changed, and says so', () => {
    const { layers } = plan(update(before, 40), 16, { previous });
    const kept = first.layers.filter(({ componentNames }) => !componentNames.includes('rpm/p40'));
    for (const { componentNames } of kept)
      expect(layers).toContainEqual(expect.objectContaining({ componentNames, reason: 'clean' }));
    expect(layers.filter(({ reason }) => reason === 'repacked').length).toBe(layers.length - kept.length);
  });

  it('places what is new into the layer that a plan leaves free', () => {
    const { layers } = plan([...before, item('rpm/new'), item('rpm/newer')], 16, { previous });
    expect(layers).toHaveLength(first.layers.length + 1);
    expect(layers.filter(({ reason }) => reason !== 'clean')).toEqual([
      expect.objectContaining({ componentNames: ['rpm/new', 'rpm/newer'], reason: 'placed' }),
    ]);
  });

  it('lets removed components go and keeps the layers of the others', () => {
    const { layers } = plan(before.slice(1), 16, { previous });
    expect(layers.flatMap(({ componentNames }) => componentNames)).not.toContain('rpm/p0');
    expect(layers.filter(({ reason }) => reason === 'clean').length).toBe(first.layers.length - 1);
  });

  it('changes as few clean layers as it takes when there may be fewer', () => {
    const { layers } = plan(before, 12, { previous });
    expect(layers).toHaveLength(12);
    expect(layers.filter(({ reason }) => reason === 'clean').length).toBeGreaterThanOrEqual(9);
  });

  it('keeps the lowest layers of that image in their order, whatever the rates are now', () => {
    const rates = [30, 7, 365].map((updateIntervalDays, index) =>
      item(`c${index}`, { updateIntervalDays, fingerprint: 'same' }),
    );
    const layersOf = (...order: string[]) =>
      order.map((name) => ({ components: [{ name, fingerprint: 'same' }] }));
    expect(names(rates, 8, { previous: layersOf('c1', 'c0', 'c2') })).toEqual([['c1'], ['c0'], ['c2']]);
    const changed = update(rates, 0);
    expect(names(changed, 8, { previous: layersOf('c1', 'c0', 'c2') })).toEqual([['c1'], ['c2'], ['c0']]);
  });
});

describe('the limit of the size of a layer', () => {
  it('holds for every layer that has several components, and is a warning where one alone is larger', () => {
    const items = distribution(60);
    const maxLayerSizeBytes = 38_000_000;
    const { layers, warnings } = plan(items, 64, { maxLayerSizeBytes });
    const tooLarge = items.filter(({ sizeBytes }) => sizeBytes > maxLayerSizeBytes);
    expect(tooLarge.length).toBeGreaterThan(0);
    expect(layers.filter(({ sizeBytes }) => sizeBytes > maxLayerSizeBytes)).toHaveLength(tooLarge.length);
    expect(warnings).toContainEqual({
      kind: 'oversized-component',
      componentName: tooLarge[0]?.name,
      sizeBytes: tooLarge[0]?.sizeBytes,
      maxLayerSizeBytes,
    });
    expect(warnings).toHaveLength(tooLarge.length);
  });

  it('breaks up a layer of the previous image that is above it', () => {
    const items = ['a', 'b'].map((name) => item(name, { sizeBytes: 10 }));
    const previous = [{ components: items.map(({ name, fingerprint }) => ({ name, fingerprint })) }];
    expect(names(items, 4, { previous })).toEqual([['a', 'b']]);
    expect(names(items, 4, { previous, maxLayerSizeBytes: 15 })).toEqual([['a'], ['b']]);
  });

  it('is kept by size alone where nothing else keeps it', () => {
    const items = [6, 6, 6, 4, 4, 4].map((sizeBytes, index) => item(`c${index}`, { sizeBytes }));
    const layers = plan(items, 3, { maxLayerSizeBytes: 10 }).layers;
    expect(layers.map(({ sizeBytes }) => sizeBytes)).toEqual([10, 10, 10]);
  });

  it('is refused when the components do not fit', () => {
    const items = [item('a', { sizeBytes: 6 }), item('b', { sizeBytes: 6 })];
    expect(errorText(() => plan(items, 1, { maxLayerSizeBytes: 10 }))).toBe(
      'usage: --max-layer-size 10 is too small: components of 12 bytes do not fit into 1 such layers ' +
        '| Allow larger layers, or more of them.',
    );
  });
});

describe('a tree of very many components', () => {
  it('is planned too, with and without a previous image', () => {
    const items = distribution(2100);
    const first = plan(items, 64);
    expect(first.layers.flatMap(({ componentNames }) => componentNames)).toHaveLength(2100);
    const second = plan(update(items, 7), 64, { previous: asPrevious(items, first) });
    expect(second.layers.flatMap(({ componentNames }) => componentNames)).toHaveLength(2100);
    expect(second.layers.filter(({ reason }) => reason === 'clean')).toHaveLength(62);
  });
});
