import { encodeUtf8 } from '../../model/rootfs-path.ts';

/** What `conda-meta/NAME-VERSION-BUILD.json` says of an installed package. */
export interface CondaPackage {
  readonly name: string;
  /** Relative to the environment. */
  readonly files: readonly string[];
  readonly buildTimeSeconds: number | undefined;
}

/**
 * Parses a package of a conda environment (conda, conda/models/records.py, PrefixRecord).
 * @returns undefined when it is no JSON object with a name and a list of files, or has absurdly many values.
 */
export function parseCondaPackage(content: Buffer): CondaPackage | undefined {
  if (hasTooManyValues(content)) return undefined;
  const value = parseJson(content.toString('utf8'));
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('name' in value) || typeof value.name !== 'string' || value.name === '') return undefined;
  if (!('files' in value) || !Array.isArray(value.files)) return undefined;
  const files: readonly unknown[] = value.files;
  return {
    name: encodeUtf8(value.name),
    files: files.filter((file) => typeof file === 'string').map(encodeUtf8),
    buildTimeSeconds: 'timestamp' in value ? parseTimestamp(value.timestamp) : undefined,
  };
}

/** Twice what 60,000 files need. The shortest values, `{},`, take thirty times their size in memory. */
const MAX_VALUES = 1_000_000;
/** `,`, `[` and `{`, one of which is before every value. */
const BEFORE_VALUES: ReadonlySet<number> = new Set([0x2c, 0x5b, 0x7b]);

function hasTooManyValues(content: Buffer): boolean {
  let count = 0;
  for (const byte of content) if (BEFORE_VALUES.has(byte)) count++;
  return count > MAX_VALUES;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const FIRST_MILLISECOND_TIMESTAMP = 253_402_300_799;

/** Milliseconds, or seconds as older versions of conda-build wrote them: up to the year 9999 (conda, timestamp field). */
function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value > 0)) return undefined;
  const seconds = Math.floor(value > FIRST_MILLISECOND_TIMESTAMP ? value / 1000 : value);
  return seconds > 0 && seconds <= FIRST_MILLISECOND_TIMESTAMP ? seconds : undefined;
}
