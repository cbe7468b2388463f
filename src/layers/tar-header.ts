import type { LayerEntry } from '../model/entry.ts';
import { LayahError, unreachable } from '../model/errors.ts';
import { displayPath, isAscii, ROOT_PATH } from '../model/rootfs-path.ts';
import { PAX_XATTR_PREFIX, TAR_BLOCK_BYTES, tarPaddingBytes, TYPE_FLAG } from '../model/tar-format.ts';

/**
 * Everything that stands before an entry's content: a ustar header, after a PAX header when ustar cannot say it all.
 * User and group names stay empty: only the numbers of the input count.
 */
export function tarHeader(entry: LayerEntry): Buffer {
  const fields = headerFields(entry);
  const records = paxRecords(entry, fields);
  if (paxBytes(records) > MAX_PAX_BYTES) throw hugeHeader(displayPath(entry.path));
  if (Math.max(fields.deviceMajor, fields.deviceMinor) > MAX_OCTAL_7)
    throw hugeDevice(displayPath(entry.path));
  const header = ustarHeader(fields);
  return records.length === 0 ? header : Buffer.concat([paxHeader(records), header]);
}

/** The entry's name in a tar and in the TOC: directories end in a slash. */
export function tarName(entry: LayerEntry): string {
  if (entry.path === ROOT_PATH) return './';
  return entry.kind === 'directory' ? `${entry.path}/` : entry.path;
}

interface HeaderFields {
  readonly name: string;
  readonly linkName: string;
  readonly typeFlag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** One literal, without spreading others into it: this is called several times for every entry. */
function headerFields(entry: LayerEntry): HeaderFields {
  const isDevice = entry.kind === 'character-device' || entry.kind === 'block-device';
  return {
    name: tarName(entry),
    linkName: entry.kind === 'symlink' || entry.kind === 'hardlink' ? entry.target : '',
    typeFlag: typeFlag(entry),
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    sizeBytes: entry.kind === 'file' ? entry.sizeBytes : 0,
    mtimeSeconds: entry.mtimeSeconds,
    deviceMajor: isDevice ? entry.deviceMajor : 0,
    deviceMinor: isDevice ? entry.deviceMinor : 0,
  };
}

function typeFlag(entry: LayerEntry): string {
  switch (entry.kind) {
    case 'file':
    case 'directory':
    case 'symlink':
    case 'hardlink':
    case 'fifo':
      return TYPE_FLAG[entry.kind];
    case 'character-device':
      return TYPE_FLAG.characterDevice;
    case 'block-device':
      return TYPE_FLAG.blockDevice;
    default:
      return unreachable(entry);
  }
}

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const MAX_OCTAL_7 = 0o7777777;
const MAX_OCTAL_11 = 0o77777777777;

/** Keys and raw values, in the order in which they are written. */
type PaxRecord = readonly [key: string, value: Uint8Array];

function paxRecords(entry: LayerEntry, fields: HeaderFields): PaxRecord[] {
  const records: PaxRecord[] = [];
  const add = (key: string, value: string | number) =>
    records.push([key, Buffer.from(String(value), 'latin1')]);
  if (!fitsUstarName(fields.name)) add('path', fields.name);
  if (!isAscii(fields.linkName) || fields.linkName.length > NAME_BYTES) add('linkpath', fields.linkName);
  if (fields.sizeBytes > MAX_OCTAL_11) add('size', fields.sizeBytes);
  if (fields.uid > MAX_OCTAL_7) add('uid', fields.uid);
  if (fields.gid > MAX_OCTAL_7) add('gid', fields.gid);
  if (!fitsOctal(fields.mtimeSeconds, MAX_OCTAL_11)) add('mtime', fields.mtimeSeconds);
  for (const xattr of entry.xattrs) records.push([PAX_XATTR_PREFIX + xattr.name, xattr.value]);
  return records;
}

function fitsUstarName(name: string): boolean {
  return isAscii(name) && (name.length <= NAME_BYTES || splitPoint(name) > 0);
}

/** The slash that parts prefix and name, or -1. */
function splitPoint(name: string): number {
  // A trailing slash belongs to the name, which must not be left empty.
  const slash = name.lastIndexOf('/', Math.min(PREFIX_BYTES, name.length - 2));
  return slash > 0 && name.length - slash - 1 <= NAME_BYTES ? slash : -1;
}

function fitsOctal(value: number, max: number): boolean {
  return value >= 0 && value <= max;
}

/** Zero where a PAX record carries the true value. */
function octalOrZero(value: number, max: number): number {
  return fitsOctal(value, max) ? value : 0;
}

/** Byte offsets of the fields; drawn in model/tar-format.ts. */
const AT = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  checksum: 148,
  typeFlag: 156,
  linkName: 157,
  magic: 257,
  deviceMajor: 329,
  deviceMinor: 337,
  prefix: 345,
} as const;

/** Where the last digit of a field of 8 or 12 bytes stands; a NUL ends it. */
const LAST_DIGIT = {
  mode: AT.mode + 6,
  uid: AT.uid + 6,
  gid: AT.gid + 6,
  size: AT.size + 10,
  mtime: AT.mtime + 10,
  checksum: AT.checksum + 5,
  deviceMajor: AT.deviceMajor + 6,
  deviceMinor: AT.deviceMinor + 6,
} as const;

/** What is the same in all headers, with all numbers 0. */
const BLANK_HEADER = Buffer.alloc(TAR_BLOCK_BYTES);
BLANK_HEADER.write('ustar\u000000', AT.magic, 'latin1');
for (const field of ['mode', 'uid', 'gid', 'size', 'mtime', 'deviceMajor', 'deviceMinor'] as const)
  BLANK_HEADER.fill('0', AT[field], LAST_DIGIT[field] + 1);
// For the checksum its own field counts as spaces.
BLANK_HEADER.write(' '.repeat(8), AT.checksum, 'latin1');
const BLANK_SUM = BLANK_HEADER.reduce((sum, byte) => sum + byte, 0);
BLANK_HEADER.write('000000\u0000 ', AT.checksum, 'latin1');

/** Byte by byte: strings and calls into Node for the fields take five times as long. */
function ustarHeader(fields: HeaderFields): Buffer {
  const block = Buffer.allocUnsafe(TAR_BLOCK_BYTES);
  block.set(BLANK_HEADER);
  const [name, prefix] = splitName(fields.name);
  const linkName = fields.linkName.length <= NAME_BYTES ? fields.linkName : '';
  const sum =
    BLANK_SUM +
    writeText(block, AT.name, name) +
    writeOctal(block, LAST_DIGIT.mode, fields.mode) +
    writeOctal(block, LAST_DIGIT.uid, octalOrZero(fields.uid, MAX_OCTAL_7)) +
    writeOctal(block, LAST_DIGIT.gid, octalOrZero(fields.gid, MAX_OCTAL_7)) +
    writeOctal(block, LAST_DIGIT.size, octalOrZero(fields.sizeBytes, MAX_OCTAL_11)) +
    writeOctal(block, LAST_DIGIT.mtime, octalOrZero(fields.mtimeSeconds, MAX_OCTAL_11)) +
    writeText(block, AT.typeFlag, fields.typeFlag) +
    writeText(block, AT.linkName, linkName) +
    writeOctal(block, LAST_DIGIT.deviceMajor, fields.deviceMajor) +
    writeOctal(block, LAST_DIGIT.deviceMinor, fields.deviceMinor) +
    writeText(block, AT.prefix, prefix);
  writeOctal(block, LAST_DIGIT.checksum, sum);
  return block;
}

/** @returns by how much the sum of all bytes grows, as all that write a field. */
function writeText(block: Buffer, at: number, byteString: string): number {
  let sum = 0;
  for (let index = 0; index < byteString.length; index++) {
    const byte = byteString.charCodeAt(index);
    block[at + index] = byte;
    sum += byte;
  }
  return sum;
}

/** Zeros before the digits, and the NUL after them, are there already. */
function writeOctal(block: Buffer, lastDigit: number, value: number): number {
  let sum = 0;
  let rest = value;
  for (let index = lastDigit; rest > 0; index--) {
    // Sizes have more than 32 bits.
    const higher = Math.floor(rest / 8);
    const digit = rest - higher * 8;
    block[index] = DIGIT_ZERO + digit;
    sum += digit;
    rest = higher;
  }
  return sum;
}

const DIGIT_ZERO = 0x30;

/** A name with its own PAX record is cut to what fits: nobody reads it. */
function splitName(name: string): [name: string, prefix: string] {
  const slash = name.length > NAME_BYTES && isAscii(name) ? splitPoint(name) : -1;
  return slash < 0 ? [name.slice(0, NAME_BYTES), ''] : [name.slice(slash + 1), name.slice(0, slash)];
}

function paxHeader(records: readonly PaxRecord[]): Buffer {
  const body = Buffer.concat(records.map(paxRecord));
  const header = ustarHeader({
    name: 'PaxHeader',
    linkName: '',
    typeFlag: TYPE_FLAG.paxHeader,
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: body.length,
    mtimeSeconds: 0,
    deviceMajor: 0,
    deviceMinor: 0,
  });
  return Buffer.concat([header, body, Buffer.alloc(tarPaddingBytes(body.length))]);
}

/** Go's archive/tar reads no larger extended header (maxSpecialFileSize), so no container runtime does. */
const MAX_PAX_BYTES = 1 << 20;

const RECORD_OVERHEAD_BYTES = 12;

function paxBytes(records: readonly PaxRecord[]): number {
  return records.reduce((sum, [key, value]) => sum + key.length + value.length + RECORD_OVERHEAD_BYTES, 0);
}

/** "LENGTH KEY=VALUE\n", where LENGTH counts its own digits. */
function paxRecord([key, value]: PaxRecord): Buffer {
  const rest = 1 + key.length + 1 + value.length + 1;
  let lengthBytes = rest + String(rest).length;
  if (rest + String(lengthBytes).length > lengthBytes) lengthBytes++;
  return Buffer.concat([Buffer.from(`${lengthBytes} ${key}=`, 'latin1'), value, Buffer.from('\n')]);
}

function hugeHeader(subject: string): LayahError {
  return new LayahError({
    code: 'unsupported-entry',
    message: `the name and extended attributes of ${subject} take more than 1 MiB, which no reader of layers accepts`,
    hint: 'Remove some of them with setfattr -x.',
  });
}

function hugeDevice(subject: string): LayahError {
  return new LayahError({
    code: 'unsupported-entry',
    message: `the device numbers of ${subject} do not fit a tar header`,
    hint: 'Leave device nodes out with --skip-special-files.',
  });
}
