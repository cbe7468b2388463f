import { usageError } from './usage-error.ts';

export interface ByteSizeRange {
  readonly minBytes: number;
  readonly maxBytes: number;
}

const KIB = 1024;
const MIB = KIB * KIB;
const GIB = KIB * MIB;
const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', KIB],
  ['kib', KIB],
  ['m', MIB],
  ['mib', MIB],
  ['g', GIB],
  ['gib', GIB],
]);

/**
 * A number of bytes: `4194304`, `4096k`, `4 MiB`. The units are powers of 1024; kB and MB, which mean powers of
 * 1000, are not accepted.
 * @throws LayahError `usage`
 */
export function parseByteSize(flag: string, text: string, range: ByteSizeRange): number {
  const [, digits = '', unit = ''] = /^(\d{1,12}) ?([a-zA-Z]*)$/.exec(text) ?? [];
  const unitBytes = UNIT_BYTES.get(unit.toLowerCase());
  if (digits === '' || unitBytes === undefined) {
    throw usageError(
      `${flag}: ${JSON.stringify(text)} is not a size`,
      'Write a whole number of bytes, or one with k, KiB, m, MiB, g or GiB behind it.',
    );
  }
  const bytes = Number(digits) * unitBytes;
  if (bytes < range.minBytes || bytes > range.maxBytes) {
    throw usageError(
      `${flag}: ${text} is not between ${formatExact(range.minBytes)} and ${formatExact(range.maxBytes)}`,
    );
  }
  return bytes;
}

/** In the largest unit that leaves a whole number. */
function formatExact(bytes: number): string {
  if (bytes === 0) return '0';
  if (bytes % GIB === 0) return `${bytes / GIB} GiB`;
  if (bytes % MIB === 0) return `${bytes / MIB} MiB`;
  return bytes % KIB === 0 ? `${bytes / KIB} KiB` : `${bytes} bytes`;
}
