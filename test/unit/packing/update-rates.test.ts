import { describe, expect, it } from 'vitest';
import { planEpochSeconds } from '../../../src/packing/plan-epoch.ts';
import { weeklyUpdateProbabilities } from '../../../src/packing/update-rates.ts';
import { DAY, item, PLAN_TIME } from './pack-items.ts';

function weeksAgo(...weeks: number[]): { readonly updateTimesSeconds: readonly number[] } {
  return { updateTimesSeconds: weeks.map((week) => PLAN_TIME - week * 7 * DAY - DAY) };
}

function probabilities(...items: readonly ReturnType<typeof item>[]): number[] {
  return [...weeklyUpdateProbabilities(items, PLAN_TIME)];
}

describe('weeklyUpdateProbabilities', () => {
  it('draws the changes of each component towards the mean of all', () => {
    // Weights 1, 2^(-1/52), ...: the first four weeks.
    const decay = 2 ** (-1 / 52);
    const fourWeeks = 1 + decay + decay ** 2 + decay ** 3;
    const mean = (1 + decay ** 3 + decay ** 3 + 0.5) / (2 * fourWeeks + 13);
    const [twice, once] = probabilities(item('twice', weeksAgo(0, 3)), item('once', weeksAgo(3)));
    expect(twice).toBeCloseTo((1 + decay ** 3 + 26 * mean) / (fourWeeks + 26), 12);
    expect(once).toBeCloseTo((decay ** 3 + 26 * mean) / (fourWeeks + 26), 12);
  });

  it('takes the mean for a component without a history', () => {
    const [, unknown] = probabilities(item('known', weeksAgo(0)), item('unknown'));
    expect(unknown).toBeCloseTo(1.5 / 14, 12);
    expect(probabilities(item('alone'))[0]).toBeCloseTo(0.5 / 13, 12);
  });

  it('counts several changes of a week once', () => {
    expect(probabilities(item('a', weeksAgo(2, 2, 2)))).toEqual(probabilities(item('a', weeksAgo(2))));
  });

  it('ignores what comes after the plan time', () => {
    expect(probabilities(item('a', weeksAgo(5, -1, -9)))).toEqual(probabilities(item('a', weeksAgo(5))));
  });

  it('forgets changes of more than three years ago, but knows that the component was there', () => {
    expect(probabilities(item('a', weeksAgo(2, 156)))).toEqual(probabilities(item('a', weeksAgo(2, 2000))));
    const [forgotten = 1] = probabilities(item('a', weeksAgo(300)));
    expect(forgotten).toBeLessThan(0.01);
  });

  it('trusts a stated interval more than the history', () => {
    const [weekly = 0, yearly = 1] = probabilities(
      item('weekly', { updateIntervalDays: 7, ...weeksAgo(150) }),
      item('yearly', { updateIntervalDays: 365, ...weeksAgo(0, 1, 2) }),
    );
    expect(weekly).toBeGreaterThan(0.5);
    expect(yearly).toBeLessThan(0.06);
  });

  it('is never sure', () => {
    const always = item('always', weeksAgo(...Array.from({ length: 200 }, (_, week) => week)));
    const never = Array.from({ length: 50 }, (_, index) => item(`never${index}`, weeksAgo(155)));
    for (const probability of probabilities(always, ...never)) {
      expect(probability).toBeGreaterThanOrEqual(0.0001);
      expect(probability).toBeLessThanOrEqual(0.95);
    }
  });
});

describe('planEpochSeconds', () => {
  it.each([
    ['2026-11-25', '2025-10-23'],
    ['2025-10-23', '2025-10-23'],
    ['2025-10-22', '2023-10-26'],
    ['1971-01-01', '1970-01-01'],
    ['1969-12-31', '1968-01-04'],
  ])('is for %s the %s', (created, epoch) => {
    expect(planEpochSeconds(Date.parse(created) / 1000)).toBe(Date.parse(epoch) / 1000);
  });
});
