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
    entries: entries.map((entry, index) => checkEntry(entry, `${where}: entry ${index}`)),
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

const NUMBER_FIELDS = [
  'size',
  'mode',
  'uid',
  'gid',
  'offset',
  'innerOffset',
  'devMajor',
  'devMinor',
  'chunkOffset',
  'chunkSize',
] as const;
const DIGEST_FIELDS = ['digest', 'chunkDigest'] as const;
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

function checkEntry(value: JsonValue, where: string): ReadTocEntry {
  if (!isJsonObject(value)) throw tocError(where, 'it is not an object');
  if (typeof value['name'] !== 'string') throw tocError(where, 'name is not a string');
  const named = `${where} (${JSON.stringify(value['name'].slice(0, 200))})`;
  checkNumbers(value, named);
  for (const field of DIGEST_FIELDS) {
    const digest = value[field];
    if (digest === undefined || digest === '') continue;
    if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
      throw tocError(named, `${field} is not a SHA-256 digest`);
    }
  }
  if (!isOptionalString(value['modtime'])) throw tocError(named, 'modtime is not a string');
  if (!isOptionalString(value['linkName'])) throw tocError(named, 'linkName is not a string');
  if (!areXattrs(value['xattrs'])) throw tocError(named, 'xattrs is not an object of base64 strings');
  if (!isTocEntry(value)) throw tocError(named, 'type is unknown');
  return value;
}

function checkNumbers(value: JsonObject, where: string): void {
  for (const field of NUMBER_FIELDS) {
    const number = value[field];
    if (number === undefined) continue;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
      throw tocError(where, `${field} is not a whole number from 0`);
    }
  }
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
