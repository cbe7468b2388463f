import type { Xattr } from '../model/entry.ts';
import type { TocEntryType } from '../model/estargz.ts';
import { encodeUtf8, rootfsPath } from '../model/rootfs-path.ts';
import type { TarHeader, TarKind } from './tar-header.ts';
import type { ReadTocEntry } from './toc.ts';

const KINDS: Readonly<Record<Exclude<TocEntryType, 'chunk'>, TarKind>> = {
  reg: 'file',
  hardlink: 'hardlink',
  symlink: 'symlink',
  char: 'character-device',
  block: 'block-device',
  dir: 'directory',
  fifo: 'fifo',
};

/** What a TOC says of an entry as the tar would say it. @returns undefined for the further chunks of a file. */
export function tocHeader(entry: ReadTocEntry): TarHeader | undefined {
  if (entry.type === 'chunk') return undefined;
  const name = encodeUtf8(entry.name);
  return {
    kind: KINDS[entry.type],
    name,
    path: rootfsPath(name),
    linkName: encodeUtf8(entry.linkName ?? ''),
    // Older writers put the type into the mode too; readers mask it.
    mode: (entry.mode ?? 0) & 0o7777,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    sizeBytes: entry.type === 'reg' ? (entry.size ?? 0) : 0,
    mtimeSeconds: seconds(entry.modtime),
    mtimeHasFraction: false,
    deviceMajor: entry.devMajor ?? 0,
    deviceMinor: entry.devMinor ?? 0,
    xattrs: xattrsOf(entry),
    // A TOC does not know where in the tar its entries stand.
    offset: 0,
  };
}

/** Go leaves the time out when it is 0. */
function seconds(modtime: string | undefined): number {
  const milliseconds = Date.parse(modtime ?? '');
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000);
}

function xattrsOf({ xattrs = {} }: ReadTocEntry): Xattr[] {
  return Object.entries(xattrs)
    .map(([name, base64]) => ({ name: encodeUtf8(name), value: Buffer.from(base64, 'base64') }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
