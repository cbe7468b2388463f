/* Entries of layers, for trees that are merged of them. */
import type { LayerTarEntry } from '../../../src/images/layer-entries.ts';
import type { TarHeader } from '../../../src/images/tar-header.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { sha256 } from './layouts.ts';

/** A directory where the name ends in a slash, else a file. */
export function entry(name: string, more: Partial<TarHeader> = {}): LayerTarEntry {
  const kind = more.kind ?? (name.endsWith('/') ? 'directory' : 'file');
  const header: TarHeader = {
    kind,
    name,
    path: rootfsPath(name),
    linkName: '',
    mode: kind === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtimeSeconds: 7,
    mtimeHasFraction: false,
    deviceMajor: 0,
    deviceMinor: 0,
    xattrs: [],
    offset: 0,
    ...more,
  };
  return { header, digest: kind === 'file' ? parseDigest(sha256(Buffer.from(name))) : undefined };
}

export function hardlink(name: string, linkName: string, more: Partial<TarHeader> = {}): LayerTarEntry {
  return entry(name, { kind: 'hardlink', linkName, ...more });
}
