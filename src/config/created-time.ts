import type { Machine } from './machine.ts';
import { environmentValue } from './machine.ts';
import { usageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. */
const MAX_SECONDS = 253_402_300_799;
const RFC_3339 = /^(\d{4})-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * `--source-date-epoch`, else SOURCE_DATE_EPOCH (reproducible-builds.org), else the config's time, else now.
 * @throws LayahError `usage` naming the flag or the variable.
 */
export function resolveCreatedSeconds(
  flag: string | undefined,
  configSeconds: number | undefined,
  machine: Machine,
): number {
  const range = { min: 0, max: MAX_SECONDS };
  if (flag !== undefined) return parseWholeNumber('--source-date-epoch', flag, range);
  const variable = environmentValue(machine, 'SOURCE_DATE_EPOCH');
  if (variable !== undefined) {
    return parseWholeNumber('environment variable SOURCE_DATE_EPOCH', variable, range);
  }
  return configSeconds ?? machine.nowSeconds;
}

/**
 * `--plan-epoch`: a date, which begins at midnight UTC, seconds since 1970, or an RFC 3339 time.
 * @throws LayahError `usage`
 */
export function parsePlanEpoch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{5,15}$/.test(text)
    ? Number(text)
    : parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (typeof seconds === 'number' && seconds <= MAX_SECONDS) return seconds;
  throw usageError(
    `--plan-epoch: ${JSON.stringify(text)} is no date from 1970 to 9999`,
    'Write it as 2026-01-31, as 2026-01-31T12:00:00Z, or in seconds since 1970.',
  );
}

/**
 * An RFC 3339 time in whole seconds since 1970, rounded down. Undefined for Go's zero time, year 1, which programs
 * write for "not known".
 * @returns 'invalid' when it is no such time, or one before 1970.
 */
export function parseTimestamp(text: string): number | undefined | 'invalid' {
  const [, year] = RFC_3339.exec(text) ?? [];
  if (year === undefined) return 'invalid';
  if (year === '0001') return undefined;
  const milliseconds = Date.parse(text.replace(/\.\d+/, '').toUpperCase());
  if (Number.isNaN(milliseconds) || milliseconds < 0) return 'invalid';
  const seconds = milliseconds / 1000;
  return seconds > MAX_SECONDS ? 'invalid' : seconds;
}
