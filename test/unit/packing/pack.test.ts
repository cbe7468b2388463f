import { describe, expect, it } from 'vitest';
import type { PackItem } from '../../../src/model/layer-plan.ts';
import { planLayers } from '../../../src/packing/pack.ts';

function item(name: string, fields: Partial<PackItem> = {}): PackItem {
  return {
    name,
    sizeBytes: 1,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
    ...fields,
  };
}

function names(items: readonly PackItem[], maxLayers: number): (readonly string[])[] {
  return planLayers(items, maxLayers).map(({ componentNames }) => componentNames);
}

const DAY = 24 * 60 * 60;

describe('planLayers', () => {
  it('plans no layer for nothing', () => {
    expect(planLayers([], 64)).toEqual([]);
  });

  it('gives every item its own layer while they fit, and the volatile ones the last together', () => {
    const items = [
      item('b'),
      item('db2', { changesEveryBuild: true }),
      item('a'),
      item('db1', { changesEveryBuild: true }),
    ];
    expect(names(items, 3)).toEqual([['a'], ['b'], ['db1', 'db2']]);
  });

  it('puts everything into one layer when there may be only one', () => {
    expect(names([item('b'), item('v', { changesEveryBuild: true }), item('a')], 1)).toEqual([
      ['a', 'b', 'v'],
    ]);
  });

  it('parts the volatile items from the rest when there may be two layers', () => {
    const items = [item('v', { changesEveryBuild: true }), item('c'), item('b'), item('a')];
    expect(names(items, 2)).toEqual([['a', 'b', 'c'], ['v']]);
  });

  it('gives the biggest items half of the layers', () => {
    const small = Array.from({ length: 40 }, (_, index) => item(`small${index}`));
    const layers = names([...small, item('huge', { sizeBytes: 9 }), item('big', { sizeBytes: 5 })], 4);
    expect(layers).toContainEqual(['huge']);
    expect(layers).toContainEqual(['big']);
    expect(layers).toHaveLength(4);
  });

  it('keeps the bins that images have had: another hash moves components between their layers', () => {
    const items = Array.from({ length: 12 }, (_, index) => item(`dpkg/p${index}`));
    expect(names(items, 4)).toMatchInlineSnapshot(`
      [
        [
          "dpkg/p0",
        ],
        [
          "dpkg/p1",
        ],
        [
          "dpkg/p11",
          "dpkg/p2",
          "dpkg/p6",
          "dpkg/p8",
        ],
        [
          "dpkg/p10",
          "dpkg/p3",
          "dpkg/p4",
          "dpkg/p5",
          "dpkg/p7",
          "dpkg/p9",
        ],
      ]
    `);
  });

  it('orders layers by how often they change: intervals, updates in the last year, unknown as monthly', () => {
    const now = 1_700_000_000;
    const days = (...ages: number[]): Partial<PackItem> => ({
      updateTimesSeconds: ages.map((age) => now - age * DAY),
    });
    const items = [
      item('weekly', { updateIntervalDays: 7 }),
      item('unknown'),
      item('old', days(400, 500)),
      item('twice', days(0, 300, 366)),
      item('yearly', { updateIntervalDays: 365, ...days(1, 2, 3) }),
    ];
    expect(names(items, 5).flat()).toEqual(['old', 'yearly', 'twice', 'unknown', 'weekly']);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s layers', (maxLayers) => {
    expect(() => planLayers([], maxLayers)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `an image cannot have at most ${maxLayers} layers`,
        hint: 'Give a whole number of at least 1.',
      }),
    );
  });
});
