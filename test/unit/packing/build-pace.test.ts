import { describe, expect, it } from 'vitest';
import { weeksBetweenBuilds } from '../../../src/packing/build-pace.ts';
import { item } from './pack-items.ts';

/** `changed` of a hundred components have changed, of which 20 would in a week. */
function weeks(changed: number): number {
  const items = Array.from({ length: 100 }, (_, index) => ({
    item: item(`p${index}`, { fingerprint: index < changed ? 'new' : 'old' }),
    probability: 0.2,
  }));
  const components = items.map(({ item: { name } }) => ({ name, fingerprint: 'old' }));
  return weeksBetweenBuilds(items, [
    { components: components.slice(50) },
    { components: components.slice(0, 50) },
  ]);
}

describe('weeksBetweenBuilds', () => {
  it('is a week when as much has changed as in a week', () => {
    expect(weeks(20)).toBe(1);
  });

  it('is half a week when half as much has', () => {
    expect(weeks(8)).toBeCloseTo(0.5, 12);
  });

  it('is never more than a week, and never less than a day', () => {
    expect(weeks(90)).toBe(1);
    const many = Array.from({ length: 1000 }, (_, index) => ({ item: item(`p${index}`), probability: 0.9 }));
    const components = many.map(({ item: { name } }) => ({ name, fingerprint: '' }));
    expect(weeksBetweenBuilds(many, [{ components }])).toBe(1 / 7);
  });

  it('is a week when nothing is known of the components', () => {
    expect(weeksBetweenBuilds([{ item: item('new'), probability: 0.9 }], [])).toBe(1);
  });
});
