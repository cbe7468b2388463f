import { describe, expect, it } from 'vitest';
import type { Component } from '../../../src/model/component.ts';
import { estimateRates } from '../../../src/pipeline/update-estimate.ts';

const CREATED = '2026-01-01T00:00:00Z';

function component(name: string, changes: Partial<Component> = {}): Component {
  return {
    name,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
    entries: [],
    sizeBytes: 1,
    ...changes,
  };
}

describe('estimateRates', () => {
  const weeks = (count: number) => Date.parse(CREATED) / 1000 - count * 7 * 24 * 60 * 60;
  const rates = estimateRates(
    [
      component('database', { changesEveryBuild: true }),
      component('often', { updateTimesSeconds: [1, 2, 3, 4, 5, 6, 7, 8].map(weeks) }),
      component('seldom', { updateTimesSeconds: [weeks(150)] }),
    ],
    CREATED,
  );

  it('knows what changes always, often and seldom', () => {
    const [often = 0, seldom = 0] = ['often', 'seldom'].map((name) => rates?.ofComponent(name));
    expect(rates?.ofComponent('database')).toBe(1);
    expect(often).toBeGreaterThan(seldom);
    expect(seldom).toBeGreaterThan(0);
  });

  it('takes a part for all of its component', () => {
    expect(rates?.ofComponent('often#01')).toBe(rates?.ofComponent('often'));
  });

  it('says of a layer that it changes when one of its components does', () => {
    const [often = 0, seldom = 0] = ['often', 'seldom'].map((name) => rates?.ofComponent(name));
    expect(rates?.ofLayer(['often', 'seldom'])).toBeCloseTo(1 - (1 - often) * (1 - seldom));
    expect(rates?.ofLayer(['often', 'database'])).toBe(1);
  });

  it('says nothing of what it does not know', () => {
    expect(rates?.ofLayer([])).toBeUndefined();
    expect(rates?.ofLayer(['often', 'other'])).toBeUndefined();
    expect(estimateRates([], undefined)).toBeUndefined();
    expect(estimateRates([], 'yesterday')).toBeUndefined();
  });
});
