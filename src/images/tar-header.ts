import type { Xattr } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import { displayBytes, rootfsPath, type RootfsPath } from '../model/rootfs-path.ts';
import { PAX_XATTR_PREFIX } from '../model/tar-format.ts';
import type { PaxRecords } from './pax-records.ts';
import { parsePaxInteger, parsePaxTime, parseTarNumber, type TarNumber } from './tar-numbers.ts';

export type TarKind =
  'file' | 'hardlink' | 'symlink' | 'character-device' | 'block-device' | 'directory' | 'fifo';

/** An entry of a tar. Names are byte strings. */
export interface TarHeader {
  readonly kind: TarKind;
  /** As stored, for example `./usr/`. */
  readonly name: string;
  readonly path: RootfsPath;
  /** A symlink's text, a hardlink's target as stored; otherwise empty. */
  readonly linkName: string;
  /** The low twelve bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content that follow; zero for everything but files. */
  readonly sizeBytes: number;
  /** Rounded down. */
  readonly mtimeSeconds: number;
  readonly mtimeHasFraction: boolean;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Sorted by name. */
  readonly xattrs: readonly Xattr[];
  /** Where the entry's first header block stands in the stream: a PAX header's if it has one. */
  readonly offset: number;
}

/** The fields of one header block, before PAX and GNU extensions. */
export interface RawTarHeader {
  readonly typeFlag: string;
  readonly name: string;
  readonly linkName: string;
  readonly block: Buffer;
}

/** What the extension headers before an entry said of it. */
export interface TarExtensions {
  readonly pax: PaxRecords;
  readonly gnuName: string | undefined;
  readonly gnuLinkName: string | undefined;
}

/**
 * Reads the strings of a header block whose checksum is right.
 * @throws LayahError `bad-image` when the checksum is wrong.
 */
export function readTarBlock(block: Buffer, offset: number): RawTarHeader {
  const name = ustarName(block);
  if (!hasRightChecksum(block)) throw tarError(name, offset, 'the header checksum is wrong');
  return {
    typeFlag: block.toString('latin1', 156, 157),
    name,
    linkName: stringField(block, 157, 257),
    block,
  };
}

/** Some old writers summed the bytes as signed. */
function hasRightChecksum(block: Buffer): boolean {
  const stored = parseTarNumber(block.subarray(148, 156));
  if ('problem' in stored) return false;
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < block.length; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    signed += byte > 0x7f ? byte - 0x100 : byte;
  }
  return stored.value === unsigned || stored.value === signed;
}

/** Up to the first NUL. */
export function stringField(block: Buffer, start: number, end: number): string {
  const nul = block.indexOf(0, start);
  return block.toString('latin1', start, nul < 0 || nul > end ? end : nul);
}

/** Only POSIX ustar has a prefix: GNU keeps times at its place. */
function ustarName(block: Buffer): string {
  const name = stringField(block, 0, 100);
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? stringField(block, 345, 500) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The size field of a header block, which an extension header's own body follows. */
export function rawSize(raw: RawTarHeader, offset: number): number {
  return numberField({ subject: raw.name, offset, what: 'size' }, raw.block.subarray(124, 136));
}

/**
 * The entry that a header block and the extensions before it describe.
 * @throws LayahError `bad-image` naming the entry and its offset.
 */
export function tarHeader(raw: RawTarHeader, extensions: TarExtensions, offset: number): TarHeader {
  const { pax } = extensions;
  const name = nonEmpty(pax.get('path')) ?? extensions.gnuName ?? raw.name;
  const linkName = nonEmpty(pax.get('linkpath')) ?? extensions.gnuLinkName ?? raw.linkName;
  const kind = tarKind(raw, name, offset);
  rejectSparse(name, pax, offset);
  if (Math.max(name.length, linkName.length) > MAX_PATH_BYTES) {
    throw tarError(name, offset, 'its name or link is longer than any system can open');
  }
  const number = (what: string, range: readonly [number, number], paxKey: string = what) =>
    entryNumber({ subject: name, offset, what }, raw.block.subarray(...range), pax.get(paxKey));
  const isDevice = kind === 'character-device' || kind === 'block-device';
  const size = number('size', [124, 136]);
  return {
    kind,
    name,
    path: sharedPath(name),
    linkName: kind === 'hardlink' || kind === 'symlink' ? linkName : '',
    mode: number('mode', [100, 108], NO_PAX_KEY) & 0o7777,
    uid: number('uid', [108, 116]),
    gid: number('gid', [116, 124]),
    sizeBytes: kind === 'file' ? size : 0,
    ...entryTime({ subject: name, offset, what: 'mtime' }, raw.block.subarray(136, 148), pax.get('mtime')),
    deviceMajor: isDevice ? number('devmajor', [329, 337], 'SCHILY.devmajor') : 0,
    deviceMinor: isDevice ? number('devminor', [337, 345], 'SCHILY.devminor') : 0,
    xattrs: paxXattrs(pax),
    offset,
  };
}

/** Most names are clean: one string in memory is enough then. */
function sharedPath(name: string): RootfsPath {
  const path = rootfsPath(name);
  return isSamePath(name, path) ? name : path;
}

function isSamePath(name: string, path: RootfsPath): name is RootfsPath {
  return name === path;
}

/** PATH_MAX of Linux, without the NUL. */
const MAX_PATH_BYTES = 4095;

/** PAX has no record for the mode; no record has an empty key. */
const NO_PAX_KEY = '';

/** An empty value takes a record back (POSIX.1-2001, pax). */
function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function tarKind(raw: RawTarHeader, name: string, offset: number): TarKind {
  switch (raw.typeFlag) {
    case '0':
    case '7':
      return 'file';
    case '\0':
      // Before POSIX a directory was a file whose name ends in a slash.
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'character-device';
    case '4':
      return 'block-device';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    default:
      throw unsupported(name, offset, `entries of type ${JSON.stringify(raw.typeFlag)} are not supported`);
  }
}

function rejectSparse(name: string, pax: PaxRecords, offset: number): void {
  for (const key of pax.keys()) {
    if (key.startsWith('GNU.sparse.')) throw unsupported(name, offset, 'sparse files are not supported');
  }
}

interface FieldPlace {
  readonly subject: string;
  readonly offset: number;
  readonly what: string;
}

function entryNumber(place: FieldPlace, field: Uint8Array, record: string | undefined): number {
  const text = nonEmpty(record);
  return text === undefined ? numberField(place, field) : nonNegative(place, parsePaxInteger(text));
}

function numberField(place: FieldPlace, field: Uint8Array): number {
  return nonNegative(place, parseTarNumber(field));
}

function nonNegative(place: FieldPlace, number: TarNumber): number {
  if ('problem' in number) throw tarError(place.subject, place.offset, `the ${place.what} ${number.problem}`);
  if (number.value < 0) throw tarError(place.subject, place.offset, `the ${place.what} is negative`);
  return number.value;
}

function entryTime(
  place: FieldPlace,
  field: Uint8Array,
  record: string | undefined,
): Pick<TarHeader, 'mtimeSeconds' | 'mtimeHasFraction'> {
  const text = nonEmpty(record);
  if (text !== undefined) {
    const time = parsePaxTime(text);
    if (time === undefined) throw tarError(place.subject, place.offset, 'the mtime is not a time');
    return { mtimeSeconds: time.seconds, mtimeHasFraction: time.hasFraction };
  }
  const number = parseTarNumber(field);
  if ('problem' in number) throw tarError(place.subject, place.offset, `the mtime ${number.problem}`);
  return { mtimeSeconds: number.value, mtimeHasFraction: false };
}

const NO_XATTRS: readonly Xattr[] = [];

function paxXattrs(pax: PaxRecords): readonly Xattr[] {
  if (pax.size === 0) return NO_XATTRS;
  const xattrs: Xattr[] = [];
  for (const [key, value] of pax) {
    if (!key.startsWith(PAX_XATTR_PREFIX)) continue;
    xattrs.push({ name: key.slice(PAX_XATTR_PREFIX.length), value: Buffer.from(value, 'latin1') });
  }
  return xattrs.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function tarError(name: string, offset: number, what: string): LayahError {
  return new LayahError({ code: 'bad-image', message: describe(name, offset, what) });
}

/** A tar that others may well read. */
function unsupported(name: string, offset: number, what: string): LayahError {
  return new LayahError({ code: 'unsupported-entry', message: describe(name, offset, what) });
}

function describe(name: string, offset: number, what: string): string {
  const subject = name === '' ? 'tar entry' : `tar entry ${displayBytes(name.slice(0, 300))}`;
  return `${subject} at offset ${offset}: ${what}`;
}
