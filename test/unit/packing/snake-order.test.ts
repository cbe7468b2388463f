import { describe, expect, it } from 'vitest';
import { rateItems } from '../../../src/packing/rated-item.ts';
import { bundleLinks, roundToPower, snakeOrder } from '../../../src/packing/snake-order.ts';
import { DAY, item, PLAN_TIME } from './pack-items.ts';

describe('roundToPower', () => {
  it.each([
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 4],
    [3, 4, 4],
    [5, 4, 4],
    [6, 8, 4],
    [7, 8, 4],
    [8, 8, 16],
    [46_341, 65_536, 65_536],
    [2 ** 40 + 1, 2 ** 40, 2 ** 40],
  ])('makes %s to %s and by fours to %s', (size, byTwo, byFour) => {
    expect(roundToPower(size, 2)).toBe(byTwo);
    expect(roundToPower(size, 4)).toBe(byFour);
  });

  it('gives twice as much for twice the size', () => {
    for (let size = 1; size < 2 ** 45; size = size * 1.7 + 1) {
      const whole = Math.floor(size);
      expect(roundToPower(2 * whole, 2)).toBe(2 * roundToPower(whole, 2));
    }
  });
});

describe('snakeOrder', () => {
  it('goes from rare to frequent, with sizes up in even rate classes and down in odd ones', () => {
    const often = { updateIntervalDays: 7 };
    const sometimes = { updateIntervalDays: 12 };
    const items = [
      item('often-large', { ...often, sizeBytes: 1000 }),
      item('often-small', { ...often, sizeBytes: 10 }),
      item('sometimes-large', { ...sometimes, sizeBytes: 1000 }),
      item('sometimes-small', { ...sometimes, sizeBytes: 10 }),
    ];
    expect(snakeOrder(rateItems(items, PLAN_TIME)).map(({ rated }) => rated.item.name)).toEqual([
      'sometimes-large',
      'sometimes-small',
      'often-small',
      'often-large',
    ]);
  });

  it('does not move what grows a little', () => {
    const items = Array.from({ length: 50 }, (_, index) =>
      item(`p${index}`, {
        sizeBytes: 2 ** (index % 20),
        updateTimesSeconds: [PLAN_TIME - index * 20 * DAY],
      }),
    );
    const grown = items.map((each) => ({ ...each, sizeBytes: Math.floor(each.sizeBytes * 1.3) }));
    const namesOf = (sized: typeof items): string[] =>
      snakeOrder(rateItems(sized, PLAN_TIME)).map(({ rated }) => rated.item.name);
    expect(namesOf(grown)).toEqual(namesOf(items));
  });
});

describe('bundleLinks', () => {
  const orderOf = (count: number) =>
    snakeOrder(
      rateItems(
        Array.from({ length: count }, (_, index) => item(`p${index}`, { sizeBytes: 1 + (index % 3) })),
        PLAN_TIME,
      ),
    );
  const unlimited = Number.POSITIVE_INFINITY;

  it('leaves an order of a usual length as it is', () => {
    const order = orderOf(2048);
    expect(bundleLinks(order, unlimited)).toEqual(order.map((link) => [link]));
  });

  it('joins neighbours of one size and rate in a long order, as few as it takes', () => {
    const order = orderOf(9000);
    const bundles = bundleLinks(order, unlimited);
    expect(bundles.flat()).toEqual(order);
    expect(bundles.length).toBeGreaterThan(1024);
    expect(bundles.length).toBeLessThanOrEqual(2048);
    for (const bundle of bundles)
      expect(new Set(bundle.map(({ roundedBytes }) => roundedBytes)).size).toBe(1);
  });

  it('hardly joins others when there is one more', () => {
    const keys = (count: number): string[] =>
      bundleLinks(orderOf(count), unlimited).map((bundle) =>
        bundle.map(({ rated }) => rated.item.name).join(),
      );
    const before = new Set(keys(9000));
    expect(keys(9001).filter((key) => !before.has(key)).length).toBeLessThanOrEqual(1);
  });

  it('makes no bundle that is above the limit of a layer', () => {
    for (const bundle of bundleLinks(orderOf(9000), 4)) {
      const bytes = bundle.reduce((sum, { rated }) => sum + rated.item.sizeBytes, 0);
      expect(bytes).toBeLessThanOrEqual(4);
    }
  });
});
