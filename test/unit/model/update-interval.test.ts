import { expect, it } from 'vitest';
import { parseUpdateInterval } from '../../../src/model/update-interval.ts';

it.each([
  ['1', 1],
  ['0014', 14],
  ['36500', 36_500],
  ['daily', 1],
  ['weekly', 7],
  ['biweekly', 14],
  ['monthly', 30],
  ['quarterly', 91],
  ['yearly', 365],
])('reads the interval %s as %d days', (text, days) => {
  expect(parseUpdateInterval(text)).toBe(days);
});

it.each(['', '0', '-7', '7.5', '1e3', '36501', '999999', ' 7', '7\n', 'Daily', 'hourly', 'constructor'])(
  'takes %j for no interval',
  (text) => {
    expect(parseUpdateInterval(text)).toBeUndefined();
  },
);
