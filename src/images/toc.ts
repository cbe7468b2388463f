/*
 * Reads the JSON of a TOC. Checked by hand, not by zod: a layer may have hundreds of thousands of entries.
 */
import { LayahError } from '../model/errors.ts';
import type { Toc, TocEntry, TocEntryType } from '../model/estargz.ts';
import { hasMoreValues } from '../model/json-size.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/** As others write it: `innerOffset` is there when several chunks share a member. */
export interface ReadTocEntry extends TocEntry {
  /** Uncompressed bytes between the member's first byte and the chunk's. */
  readonly innerOffset?: number;
}

export interface ReadToc extends Toc {
  readonly entries: readonly ReadTocEntry[];
}

/**
 * @param where names the TOC in errors.
 * @throws LayahError `bad-image` naming the entry and the field.
 */
export function parseToc(json: Uint8Array, where: string): ReadToc {
  if (json[0] !== 0x7b || json.at(-1) !== 0x7d) {
    throw tocError(
      where,
      'the JSON must begin with { and end with }: readers differ in whether they hash what is around',
    );
  }
  if (hasMoreValues(json, MAX_VALUES)) throw tocError(where, `it has more than ${MAX_VALUES} values`);
  const document = parseJson(json, where);
  if (!isJsonObject(document)) throw tocError(where, 'it is not a JSON object');
  const { version, entries } = document;
  if (version !== 1)
    throw tocError(where, `version ${JSON.stringify(version ?? null).slice(0, 50)} is not supported`);
  if (!isArray(entries)) throw tocError(where, 'entries is not an array');
  return {
    version: 1,
    entries: entries.map((entry, index) => checkEntry(entry, index, where)),
  };
}

/** Ten for each of 300,000 entries. */
const MAX_VALUES = 3_000_000;

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function parseJson(json: Uint8Array, where: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json),
    );
    return value;
  } catch (cause) {
    throw new LayahError({ code: 'bad-image', message: `${where} is not valid JSON`, cause });
  }
}

const TYPES: readonly string[] = [
  'dir',
  'reg',
  'symlink',
  'hardlink',
  'char',
  'block',
  'fifo',
  'chunk',
] satisfies TocEntryType[];

function checkEntry(value: JsonValue, index: number, where: string): ReadTocEntry {
  if (!isJsonObject(value)) throw tocError(`${where}: entry ${index}`, 'it is not an object');
  const name = value['name'];
  if (typeof name !== 'string') throw tocError(`${where}: entry ${index}`, 'name is not a string');
  const fault = faultOf(value);
  if (fault === undefined && isTocEntry(value)) return value;
  const named = `${where}: entry ${index} (${JSON.stringify(name.slice(0, 200))})`;
  throw tocError(named, fault ?? 'type is unknown');
}

/** Field by field, since to look fields up by a name that varies takes several times as long. */
function faultOf(entry: JsonObject): string | undefined {
  return (
    numberFault('size', entry['size']) ??
    numberFault('mode', entry['mode']) ??
    numberFault('uid', entry['uid']) ??
    numberFault('gid', entry['gid']) ??
    numberFault('offset', entry['offset']) ??
    numberFault('innerOffset', entry['innerOffset']) ??
    numberFault('devMajor', entry['devMajor']) ??
    numberFault('devMinor', entry['devMinor']) ??
    numberFault('chunkOffset', entry['chunkOffset']) ??
    numberFault('chunkSize', entry['chunkSize']) ??
    digestFault('digest', entry['digest']) ??
    digestFault('chunkDigest', entry['chunkDigest']) ??
    (isOptionalString(entry['modtime']) ? undefined : 'modtime is not a string') ??
    (isOptionalString(entry['linkName']) ? undefined : 'linkName is not a string') ??
    (areXattrs(entry['xattrs']) ? undefined : 'xattrs is not an object of base64 strings')
  );
}

function numberFault(field: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return isWhole ? undefined : `${field} is not a whole number from 0`;
}

function digestFault(field: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const isDigest = typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
  return isDigest ? undefined : `${field} is not a SHA-256 digest`;
}

function isOptionalString(value: JsonValue | undefined): boolean {
  return value === undefined || typeof value === 'string';
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function areXattrs(value: JsonValue | undefined): boolean {
  if (value === undefined) return true;
  if (!isJsonObject(value)) return false;
  return Object.values(value).every((content) => typeof content === 'string' && BASE64.test(content));
}

/** The last of the checks: every other field is known to be right. */
function isTocEntry(value: JsonObject): value is JsonObject & ReadTocEntry {
  return typeof value['type'] === 'string' && TYPES.includes(value['type']);
}

function tocError(where: string, what: string): LayahError {
  return new LayahError({ code: 'bad-image', message: `${where}: ${what}` });
}
