/*
 * An rpm header as the databases hold it (rpm's manual, "Package Header"; lib/header.cc), numbers big endian:
 *
 *   0 il 4: entries | 4 dl 4: bytes of data | 8 entries, 16 bytes each | data
 *   entry: tag 4 | type 4 | offset into the data 4 | count 4
 *
 * The first entry marks the region that was signed; entries behind it were added on installing (the files' states)
 * and replace those of the same tag. So the last entry of a tag counts. Data is read where and as an entry says, but
 * never outside of the data, and only of the tags and types below.
 */
import { LayahError } from '../../model/errors.ts';
import { RPM_FILE_BYTES, type RpmFile, type RpmLimit, type RpmPackage } from './rpm-package.ts';

/** @throws LayahError `bad-database` that says which number is impossible, or that of the limit. */
export function parseRpmHeader(blob: Buffer, limit: RpmLimit): RpmPackage {
  const header = readIndex(blob);
  const name = readStrings(header, TAG.name)[0];
  if (name === undefined || name === '') throw damaged('it has no name');
  return {
    name,
    sourceRpm: readStrings(header, TAG.sourceRpm)[0],
    buildTimeSeconds: numbersOf(header, TAG.buildTime)?.at(0),
    digestAlgorithm: numbersOf(header, TAG.fileDigestAlgorithm)?.at(0),
    changelogTimesSeconds: readNumbers(header, TAG.changelogTime, limit),
    files: readFiles(header, limit),
  };
}

/** rpmtag.h. */
const TAG = {
  name: 1000,
  buildTime: 1006,
  oldFileNames: 1027,
  fileSizes: 1028,
  fileStates: 1029,
  fileModes: 1030,
  fileDigests: 1035,
  fileFlags: 1037,
  sourceRpm: 1044,
  changelogTime: 1080,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  longFileSizes: 5008,
  fileDigestAlgorithm: 5011,
} as const;
type Tag = (typeof TAG)[keyof typeof TAG];
const TAGS: ReadonlySet<number> = new Set(Object.values(TAG));

const INTRODUCTION_BYTES = 8;
const ENTRY_BYTES = 16;
/** HEADER_TAGS_MAX of rpm. */
const MAX_ENTRIES = 0xffff;
/** HEADER_ARRAY_MAX of rpm. */
const MAX_ARRAY_COUNT = 0xfffff;

interface IndexEntry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

interface Header {
  readonly data: Buffer;
  readonly entries: ReadonlyMap<number, IndexEntry>;
}

function readIndex(blob: Buffer): Header {
  if (blob.length < INTRODUCTION_BYTES) throw damaged(`it has only ${blob.length} bytes`);
  const entryCount = blob.readUInt32BE(0);
  const dataBytes = blob.readUInt32BE(4);
  const dataStart = INTRODUCTION_BYTES + entryCount * ENTRY_BYTES;
  if (entryCount > MAX_ENTRIES || dataStart + dataBytes > blob.length) {
    throw damaged(
      `${entryCount} entries and ${dataBytes} bytes of data do not fit into ${blob.length} bytes`,
    );
  }
  const data = blob.subarray(dataStart, dataStart + dataBytes);
  const entries = new Map<number, IndexEntry>();
  for (let start = INTRODUCTION_BYTES; start < dataStart; start += ENTRY_BYTES) {
    const tag = blob.readUInt32BE(start);
    if (!TAGS.has(tag)) continue;
    const entry = {
      type: blob.readUInt32BE(start + 4),
      offset: blob.readUInt32BE(start + 8),
      count: blob.readUInt32BE(start + 12),
    };
    checkEntry(tag, entry, dataBytes);
    entries.set(tag, entry);
  }
  return { data, entries };
}

/** Every type has at least a byte an element. */
function checkEntry(tag: number, { type, offset, count }: IndexEntry, dataBytes: number): void {
  const sizeBytes = NUMBER_SIZES.get(type) ?? 1;
  if (offset > dataBytes || count * sizeBytes > dataBytes - offset) {
    throw damaged(`${count} elements of tag ${tag} at ${offset} do not fit into ${dataBytes} bytes of data`);
  }
}

/** RPM_CHAR_TYPE, RPM_INT8_TYPE, RPM_INT16_TYPE, RPM_INT32_TYPE, RPM_INT64_TYPE. */
const NUMBER_SIZES: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
]);
/** RPM_STRING_TYPE, RPM_STRING_ARRAY_TYPE, RPM_I18NSTRING_TYPE. */
const STRING_TYPES: ReadonlySet<number> = new Set([6, 8, 9]);

/** The numbers of a tag, read when asked for; undefined outside of them. */
interface Numbers {
  readonly count: number;
  at(index: number): number | undefined;
}

function numbersOf({ data, entries }: Header, tag: Tag): Numbers | undefined {
  const entry = entries.get(tag);
  if (entry === undefined) return undefined;
  const { type, offset, count } = entry;
  const sizeBytes = NUMBER_SIZES.get(type);
  if (sizeBytes === undefined) throw damaged(`tag ${tag} is of type ${type}, which is no number`);
  return {
    count,
    at(index) {
      if (index >= count) return undefined;
      const start = offset + index * sizeBytes;
      return sizeBytes === 8 ? Number(data.readBigUInt64BE(start)) : data.readUIntBE(start, sizeBytes);
    },
  };
}

function readNumbers(header: Header, tag: Tag, limit: RpmLimit): number[] {
  const numbers = numbersOf(header, tag);
  limit.add((numbers?.count ?? 0) * 8);
  return Array.from({ length: numbers?.count ?? 0 }, (_, index) => numbers?.at(index) ?? 0);
}

/** Byte strings, each ended by NUL. */
function readStrings({ data, entries }: Header, tag: Tag): string[] {
  const entry = entries.get(tag);
  if (entry === undefined) return [];
  if (!STRING_TYPES.has(entry.type)) throw damaged(`tag ${tag} is of type ${entry.type}, which is no text`);
  if (entry.count > MAX_ARRAY_COUNT) throw damaged(`tag ${tag} has ${entry.count} elements`);
  const strings: string[] = [];
  let start = entry.offset;
  while (strings.length < entry.count) {
    const end = data.indexOf(0, start);
    if (end < 0) throw damaged(`the text of tag ${tag} does not end`);
    strings.push(data.toString('latin1', start, end));
    start = end + 1;
  }
  return strings;
}

function readFiles(header: Header, limit: RpmLimit): RpmFile[] {
  const states = numbersOf(header, TAG.fileStates);
  const flags = numbersOf(header, TAG.fileFlags);
  const modes = numbersOf(header, TAG.fileModes);
  const sizes = numbersOf(header, TAG.longFileSizes) ?? numbersOf(header, TAG.fileSizes);
  const digests = readStrings(header, TAG.fileDigests);
  const nameOf = readFileNames(header);
  return Array.from({ length: nameOf.count }, (_, index) => {
    const name = nameOf.at(index);
    const digestHex = digests[index] === '' ? undefined : digests[index];
    limit.add(RPM_FILE_BYTES + name.length + (digestHex?.length ?? 0));
    return {
      name,
      state: states?.at(index),
      flags: flags?.at(index) ?? 0,
      mode: modes?.at(index) ?? 0,
      sizeBytes: sizes?.at(index),
      digestHex,
    };
  });
}

interface FileNames {
  readonly count: number;
  at(index: number): string;
}

/** Packages from before rpm 4 have whole names. */
function readFileNames(header: Header): FileNames {
  const baseNames = readStrings(header, TAG.baseNames);
  const wholeNames = baseNames.length > 0 ? [] : readStrings(header, TAG.oldFileNames);
  if (baseNames.length === 0) return { count: wholeNames.length, at: (index) => wholeNames[index] ?? '' };
  const directories = readStrings(header, TAG.directoryNames);
  const indexes = numbersOf(header, TAG.directoryIndexes);
  return {
    count: baseNames.length,
    at(index) {
      const directory = directories[indexes?.at(index) ?? -1];
      if (directory === undefined) throw damaged(`the file ${index} is in a directory that is not listed`);
      return directory + (baseNames[index] ?? '');
    },
  };
}

function damaged(what: string): LayahError {
  return new LayahError({ code: 'bad-database', message: `the header is damaged: ${what}` });
}
