/** A whole number that JavaScript cannot tell from its neighbours is as bad as no number. */
export type TarNumber = { readonly value: number } | { readonly problem: string };

const DIGIT_ZERO = 0x30;
const DIGIT_SEVEN = 0x37;
const SPACE = 0x20;

/**
 * A numeric field of a tar header: octal text between spaces and NULs, or GNU's base-256 when the first bit is set
 * (big endian, two's complement without that bit).
 */
export function parseTarNumber(field: Uint8Array): TarNumber {
  const first = field[0] ?? 0;
  return (first & 0x80) === 0 ? parseOctal(field) : parseBase256(field, first);
}

function parseOctal(field: Uint8Array): TarNumber {
  let start = 0;
  let end = field.length;
  while (start < end && isBlank(field[start])) start++;
  while (end > start && isBlank(field[end - 1])) end--;
  let value = 0;
  for (const byte of field.subarray(start, end)) {
    if (byte < DIGIT_ZERO || byte > DIGIT_SEVEN) return { problem: 'is not octal' };
    value = value * 8 + (byte - DIGIT_ZERO);
  }
  return Number.isSafeInteger(value) ? { value } : { problem: 'is too large' };
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0 || byte === SPACE;
}

function parseBase256(field: Uint8Array, first: number): TarNumber {
  const negative = (first & 0x40) !== 0;
  // 0x80 marks the encoding; for a negative number it is part of the two's complement.
  let value = BigInt(negative ? first - 0x100 : first & 0x7f);
  for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
  const number = Number(value);
  return Number.isSafeInteger(number) ? { value: number } : { problem: 'is too large' };
}

const DECIMAL = /^-?\d+$/;
const SECONDS = /^(-?)(\d+)(?:\.(\d*))?$/;

/** A decimal number of a PAX record. */
export function parsePaxInteger(text: string): TarNumber {
  if (!DECIMAL.test(text)) return { problem: 'is not a decimal number' };
  const value = Number(text);
  return Number.isSafeInteger(value) ? { value: value === 0 ? 0 : value } : { problem: 'is too large' };
}

export interface PaxTime {
  /** Rounded down, also before 1970. */
  readonly seconds: number;
  readonly hasFraction: boolean;
}

/** A time of a PAX record: decimal seconds since 1970, with an optional fraction. */
export function parsePaxTime(text: string): PaxTime | undefined {
  const match = SECONDS.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const hasFraction = /[1-9]/.test(fraction);
  const magnitude = Number(whole);
  if (!Number.isSafeInteger(magnitude)) return undefined;
  if (sign === '' || magnitude + Number(hasFraction) === 0) return { seconds: magnitude, hasFraction };
  return { seconds: -magnitude - (hasFraction ? 1 : 0), hasFraction };
}
