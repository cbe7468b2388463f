import { LayahError } from '../model/errors.ts';

/** A text, several when given more than once; of a switch that it was given, or how often. */
export type FlagValue = string | readonly string[] | true | number;

/** What was given. */
export type FlagValues = Readonly<Record<string, FlagValue | undefined>>;

/** @throws LayahError `usage` when a flag that has one value was given twice. */
export function singleValue(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  if (Array.isArray(value)) {
    throw new LayahError({ code: 'usage', message: `--${name} was given ${value.length} times` });
  }
  return typeof value === 'string' ? value : undefined;
}

/** In the order given. */
export function allValues(values: FlagValues, name: string): string[] {
  const value = values[name];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

export function isSet(values: FlagValues, name: string): boolean {
  return values[name] === true;
}

export function countOf(values: FlagValues, name: string): number {
  const value = values[name];
  return typeof value === 'number' ? value : 0;
}

/** @throws LayahError `usage` when it is not there. */
export function positionalValue(values: FlagValues, name: string): string {
  const value = values[name];
  if (typeof value === 'string') return value;
  throw new LayahError({ code: 'usage', message: `no ${name.toUpperCase()} given` });
}

/** What stands after `--`. */
export function valuesAfterDashes(values: FlagValues): string[] {
  return allValues(values, '--');
}

/** Of READ_LIMIT_FLAGS. */
export function rawReadLimits(values: FlagValues) {
  return {
    maxInflated: singleValue(values, 'max-inflated'),
    maxEntries: singleValue(values, 'max-entries'),
  };
}

/** Of PREFETCH_FLAGS. */
export function rawRecordFlags(values: FlagValues) {
  return {
    record: singleValue(values, 'record'),
    recordImage: singleValue(values, 'record-image'),
    recordCopy: singleValue(values, 'record-copy'),
  };
}
