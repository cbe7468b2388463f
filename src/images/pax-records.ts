import { PAX_XATTR_PREFIX } from '../model/tar-format.ts';

/** Keys and values are byte strings (latin1): a value may hold any bytes. */
export type PaxRecords = ReadonlyMap<string, string>;

/**
 * The body of a PAX extended header: records "LENGTH KEY=VALUE\n" (POSIX.1-2001, pax).
 * A later record replaces an earlier one with the same key.
 * @returns what is wrong with it when it is malformed.
 */
export function parsePaxRecords(body: Buffer): PaxRecords | string {
  const records = new Map<string, string>();
  for (let offset = 0; offset < body.length;) {
    const record = parseRecord(body, offset);
    if (typeof record === 'string') return record;
    records.set(record.key, record.value);
    offset += record.lengthBytes;
  }
  return records;
}

interface PaxRecord {
  readonly lengthBytes: number;
  readonly key: string;
  readonly value: string;
}

/** A body is at most 1 MiB, so a length has at most seven digits. */
const MAX_LENGTH_DIGITS = 7;
const NEWLINE = 0x0a;

function parseRecord(body: Buffer, offset: number): PaxRecord | string {
  const space = body.indexOf(' ', offset);
  const digits =
    space < 0 ? '' : body.toString('latin1', offset, Math.min(space, offset + MAX_LENGTH_DIGITS + 1));
  if (!/^[1-9]\d*$/.test(digits) || digits.length > MAX_LENGTH_DIGITS) {
    return 'a record does not begin with its length';
  }
  const lengthBytes = Number(digits);
  const end = offset + lengthBytes;
  if (end > body.length || end <= space + 1 || body[end - 1] !== NEWLINE) {
    return 'the length of a record is wrong';
  }
  const text = body.toString('latin1', space + 1, end - 1);
  const equals = text.indexOf('=');
  if (equals <= 0) return 'a record has no key';
  const key = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (key.includes('\0') || (value.includes('\0') && !key.startsWith(PAX_XATTR_PREFIX))) {
    return `the record ${JSON.stringify(key)} holds a NUL`;
  }
  return { lengthBytes, key, value };
}
