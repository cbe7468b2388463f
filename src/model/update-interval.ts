const DAYS_OF_WORD: ReadonlyMap<string, number> = new Map([
  ['daily', 1],
  ['weekly', 7],
  ['biweekly', 14],
  ['monthly', 30],
  ['quarterly', 91],
  ['yearly', 365],
]);

const MAX_DAYS = 36_500;

/** Days of `14` or of a word such as `biweekly`; undefined for anything else, 0 and more than a century included. */
export function parseUpdateInterval(text: string): number | undefined {
  const days = /^[0-9]{1,5}$/.test(text) ? Number(text) : DAYS_OF_WORD.get(text);
  return days !== undefined && days >= 1 && days <= MAX_DAYS ? days : undefined;
}

export const UPDATE_INTERVAL_FORMS = `a number of days from 1 to ${MAX_DAYS}, ${[...DAYS_OF_WORD.keys()].join(', ')}`;
