import type { RootfsPath } from './rootfs-path.ts';

/** One extended attribute; the name is a byte string, the value raw bytes. */
export interface Xattr {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface EntryMetadata {
  readonly path: RootfsPath;
  /** The low twelve bits: permissions, setuid, setgid, sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970, rounded down; may be negative, but not before the year 0. */
  readonly mtimeSeconds: number;
  /** Sorted by name. */
  readonly xattrs: readonly Xattr[];
}

export interface DirectoryEntry extends EntryMetadata {
  readonly kind: 'directory';
}

interface LinkableMetadata extends EntryMetadata {
  /** Index into `Scan.linkGroups` when other paths of the tree are the same inode. */
  readonly linkGroup: number | undefined;
}

export interface FileEntry extends LinkableMetadata {
  readonly kind: 'file';
  readonly sizeBytes: number;
  /** As lstat gave it: a file whose size or time differs when it is read has changed under us. */
  readonly mtimeNanoseconds: bigint;
}

export interface SymlinkEntry extends LinkableMetadata {
  readonly kind: 'symlink';
  /** The link's text as a byte string, verbatim. */
  readonly target: string;
}

export interface FifoEntry extends LinkableMetadata {
  readonly kind: 'fifo';
}

export interface DeviceEntry extends LinkableMetadata {
  readonly kind: 'character-device' | 'block-device';
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** What a root filesystem holds. */
export type Entry = DirectoryEntry | LinkableEntry;
export type LinkableEntry = FileEntry | SymlinkEntry | FifoEntry | DeviceEntry;

/** A further name of an entry that the same layer already holds. */
export interface HardlinkEntry extends EntryMetadata {
  readonly kind: 'hardlink';
  readonly target: RootfsPath;
}

/** What a layer holds. */
export type LayerEntry = Entry | HardlinkEntry;

/** A scanned root filesystem. */
export interface Scan {
  readonly root: DirectoryEntry;
  /** Without the root; depth first, the names of a directory in byte order, so parents come first. */
  readonly entries: readonly Entry[];
  readonly byPath: ReadonlyMap<RootfsPath, Entry>;
  /** Whether nothing was left out of it: no socket, and nothing that the user wants to leave out. */
  readonly isComplete: boolean;
  /** Paths of the same inode, in scan order, at least two a group. */
  readonly linkGroups: readonly (readonly RootfsPath[])[];
}
