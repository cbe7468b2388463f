import { usageError } from './usage-error.ts';

export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/**
 * @param name the flag or the environment variable, for the error.
 * @throws LayahError `usage` for anything but decimal digits in the range.
 */
export function parseWholeNumber(name: string, text: string, range: NumberRange): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw usageError(
    `${name}: ${JSON.stringify(text)} is not a whole number from ${range.min} to ${range.max}`,
  );
}
