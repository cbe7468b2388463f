import { describe, expect, it } from 'vitest';
import type { PackItem } from '../../../src/model/layer-plan.ts';
import { errorText } from '../config/test-machine.ts';
import { DAY, item, names, plan, PLAN_TIME } from './pack-items.ts';

describe('planLayers', () => {
  it('plans no layer for nothing', () => {
    expect(plan([], 64)).toEqual({ layers: [], warnings: [] });
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

  it('orders layers by how often they change: what has no history is like the mean', () => {
    const days = (...ages: number[]): Partial<PackItem> => ({
      updateTimesSeconds: ages.map((age) => PLAN_TIME - age * DAY),
    });
    const items = [
      item('weekly', { updateIntervalDays: 7 }),
      item('unknown'),
      item('old', days(800, 900)),
      item('often', days(0, 30, 60, 90, 300, 366)),
      item('yearly', { updateIntervalDays: 365, ...days(1, 2, 3) }),
    ];
    expect(names(items, 5).flat()).toEqual(['old', 'yearly', 'unknown', 'often', 'weekly']);
  });

  it('gives an exclusive item its own layer, however small it is, and the others what is left', () => {
    const small = Array.from({ length: 40 }, (_, index) => item(`small${index}`, { sizeBytes: 5 }));
    const layers = names([...small, item('own', { exclusive: true }), item('too', { exclusive: true })], 4);
    expect(layers).toContainEqual(['own']);
    expect(layers).toContainEqual(['too']);
    expect(layers).toHaveLength(4);
  });

  it('puts exclusive items that change in every build after the stable ones, and before the rest of their kind', () => {
    const volatile = { changesEveryBuild: true };
    const items = [item('db', volatile), item('a'), item('own', { ...volatile, exclusive: true }), item('z')];
    expect(names(items, 4)).toEqual([['a'], ['z'], ['own'], ['db']]);
    expect(names(items, 2)).toEqual([['own'], ['a', 'db', 'z']]);
  });

  it('needs no layer for a rest that is not there', () => {
    expect(names([item('b', { exclusive: true }), item('a', { exclusive: true })], 2)).toEqual([
      ['a'],
      ['b'],
    ]);
    expect(names([item('a', { exclusive: true })], 1)).toEqual([['a']]);
  });

  it('refuses more exclusive items than there may be layers', () => {
    const exclusive = ['a', 'b', 'c'].map((name) => item(name, { exclusive: true }));
    expect(errorText(() => plan(exclusive, 2))).toBe(
      'usage: --max-layers 2 is too small: 3 exclusive components need a layer each ' +
        '| Allow at least 3 layers, or make fewer components exclusive.',
    );
    expect(errorText(() => plan([...exclusive, item('rest')], 3))).toBe(
      'usage: --max-layers 3 is too small: 3 exclusive components need a layer each and one for the rest ' +
        '| Allow at least 4 layers, or make fewer components exclusive.',
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s layers', (maxLayers) => {
    expect(() => plan([], maxLayers)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `an image cannot have at most ${maxLayers} layers`,
        hint: 'Give a whole number of at least 1.',
      }),
    );
  });
});
