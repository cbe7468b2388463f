import type { TocEntryType } from '../model/estargz.ts';
import { displayBytes, encodeUtf8, rootfsPath } from '../model/rootfs-path.ts';
import type { TarHeader, TarKind } from './tar-header.ts';
import type { ReadTocEntry } from './toc.ts';

/** Whether a TOC entry's name is that of a tar entry. Readers clean both. */
export function hasSameName(entry: ReadTocEntry, header: TarHeader): boolean {
  return isSameText(rootfsPath(entry.name), rootfsPath(tocText(header.name)));
}

/** In what a TOC entry and the tar entry of the same name differ; empty when they agree. */
export function differingFields(entry: ReadTocEntry, header: TarHeader): string[] {
  const type = TOC_TYPES[header.kind];
  if (entry.type !== type) return [differs('type', entry.type, type)];
  const differences: string[] = [];
  const compare = (field: 'size' | 'uid' | 'gid' | 'devMajor' | 'devMinor', inTar: number) => {
    if ((entry[field] ?? 0) !== inTar) differences.push(differs(field, entry[field] ?? 0, inTar));
  };
  compare('size', header.sizeBytes);
  compare('uid', header.uid);
  compare('gid', header.gid);
  compare('devMajor', header.deviceMajor);
  compare('devMinor', header.deviceMinor);
  // Older writers put the type into the mode too; readers mask it.
  const mode = (entry.mode ?? 0) & 0o7777;
  if (mode !== header.mode) differences.push(differs('mode', octal(mode), octal(header.mode)));
  if (!hasSameTime(entry, header)) {
    differences.push(differs('modtime', entry.modtime ?? 'none', `${header.mtimeSeconds} s`));
  }
  if (!hasSameLink(entry, header)) {
    differences.push(
      differs('linkName', displayBytes(encodeUtf8(entry.linkName ?? '')), displayBytes(header.linkName)),
    );
  }
  if (!hasSameXattrs(entry, header)) differences.push('its xattrs are not those of the tar');
  return differences;
}

const TOC_TYPES: Readonly<Record<TarKind, TocEntryType>> = {
  file: 'reg',
  hardlink: 'hardlink',
  symlink: 'symlink',
  'character-device': 'char',
  'block-device': 'block',
  directory: 'dir',
  fifo: 'fifo',
};

function differs(field: string, inToc: string | number, inTar: string | number): string {
  return `${field} is ${inToc}, in the tar it is ${inTar}`;
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

/** JSON holds text: writers put U+FFFD where the bytes are not UTF-8. */
function tocText(byteString: string): string {
  return Buffer.from(byteString, 'latin1').toString('utf8');
}

/** Writers differ in how many U+FFFD stand for a broken character. */
function isSameText(a: string, b: string): boolean {
  return a === b || a.replace(/\ufffd+/g, '\ufffd') === b.replace(/\ufffd+/g, '\ufffd');
}

/** Go leaves the time out when it is 0, and rounds a fraction to the nearest second. */
function hasSameTime(entry: ReadTocEntry, header: TarHeader): boolean {
  if (entry.modtime === undefined || entry.modtime === '') return header.mtimeSeconds === 0;
  const seconds = Date.parse(entry.modtime) / 1000;
  const above = seconds - header.mtimeSeconds;
  return above === 0 || (header.mtimeHasFraction && above === 1);
}

function hasSameLink(entry: ReadTocEntry, header: TarHeader): boolean {
  const inToc = entry.linkName ?? '';
  const inTar = tocText(header.linkName);
  if (header.kind === 'hardlink') return isSameText(rootfsPath(inToc), rootfsPath(inTar));
  return isSameText(inToc, inTar);
}

function hasSameXattrs(entry: ReadTocEntry, header: TarHeader): boolean {
  const inToc = entry.xattrs ?? {};
  if (Object.keys(inToc).length !== header.xattrs.length) return false;
  return header.xattrs.every(({ name, value }) => {
    const text = tocText(name);
    const base64 = Object.hasOwn(inToc, text) ? inToc[text] : undefined;
    return base64 !== undefined && Buffer.from(base64, 'base64').equals(value);
  });
}
