import { LayahError } from '../model/errors.ts';

/** 9999-12-31T23:59:59Z: RFC 3339 has four digits for the year. */
const MAX_SECONDS = 253_402_300_799;

/**
 * RFC 3339 in UTC with whole seconds, as every date in an OCI document is written.
 * @throws LayahError `bad-config` for a time before 1970 or after the year 9999.
 */
export function formatTimestamp(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) {
    throw new LayahError({
      code: 'bad-config',
      message: `the creation time ${seconds} does not lie between the years 1970 and 9999`,
      hint: 'Set it with --source-date-epoch, in seconds since 1970.',
    });
  }
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
