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

/*
 * name 100 | mode 8 | uid 8 | gid 8 | size 12 | mtime 12 | checksum 8 | type 1 | link name 100 | "ustar\0" "00" |
 * user name 32 | group name 32 | device major 8 | device minor 8 | prefix 155 | padding 12
 */
function ustarHeader(fields: HeaderFields): Buffer {
  const { deviceMajor, deviceMinor, linkName } = fields;
  const [name, prefix] = splitName(fields.name);
  const beforeChecksum =
    name.padEnd(NAME_BYTES, '\0') +
    octal(fields.mode, 8) +
    octal(octalOrZero(fields.uid, MAX_OCTAL_7), 8) +
    octal(octalOrZero(fields.gid, MAX_OCTAL_7), 8) +
    octal(octalOrZero(fields.sizeBytes, MAX_OCTAL_11), 12) +
    octal(octalOrZero(fields.mtimeSeconds, MAX_OCTAL_11), 12);
  const afterChecksum =
    fields.typeFlag +
    (linkName.length <= NAME_BYTES ? linkName : '').padEnd(NAME_BYTES, '\0') +
    'ustar\u000000'.padEnd(8 + 2 * USER_NAME_BYTES, '\0') +
    octal(deviceMajor, 8) +
    octal(deviceMinor, 8) +
    prefix;
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  // Written at once: a call for each field would take most of the time.
  block.write(`${beforeChecksum}        ${afterChecksum}`, 'latin1');
  writeChecksum(block);
  return block;
}

const USER_NAME_BYTES = 32;

/** A name with its own PAX record is cut to what fits: nobody reads it. */
function splitName(name: string): [name: string, prefix: string] {
  const slash = name.length > NAME_BYTES && isAscii(name) ? splitPoint(name) : -1;
  return slash < 0 ? [name.slice(0, NAME_BYTES), ''] : [name.slice(slash + 1), name.slice(0, slash)];
}

/** Digits and a NUL. */
function octal(value: number, widthBytes: number): string {
  return `${value.toString(8).padStart(widthBytes - 1, '0')}\0`;
}

/** The sum of all header bytes, the checksum field itself counted as spaces, which it still holds. */
function writeChecksum(block: Buffer): void {
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK_BYTES; at++) sum += block[at] ?? 0;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
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
