import type { ReadLimits } from '../model/options.ts';
import { parseByteSize } from './byte-size.ts';
import { parseWholeNumber } from './whole-number.ts';

export interface ReadLimitFlags {
  readonly maxInflated: string | undefined;
  readonly maxEntries: string | undefined;
}

/** `--max-inflated` and `--max-entries`. @throws LayahError `usage` */
export function parseReadLimits({ maxInflated, maxEntries }: ReadLimitFlags): ReadLimits {
  const bytes = { minBytes: 1, maxBytes: Number.MAX_SAFE_INTEGER };
  return {
    maxInflatedBytes:
      maxInflated === undefined ? undefined : parseByteSize('--max-inflated', maxInflated, bytes),
    maxEntries:
      maxEntries === undefined
        ? undefined
        : parseWholeNumber('--max-entries', maxEntries, { min: 1, max: 1_000_000_000 }),
  };
}
