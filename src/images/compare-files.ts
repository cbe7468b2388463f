import { hash } from 'node:crypto';
import type { FileCounts } from '../model/diff-report.ts';
import { ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import type { StoredEntry } from './stored-entries.ts';
import type { TarHeader } from './tar-header.ts';

/** An entry that a container sees in one image and not, or another one, in the other. */
export interface FileDifference {
  readonly path: RootfsPath;
  readonly change: keyof FileCounts;
  readonly old: StoredEntry | undefined;
  readonly new: StoredEntry | undefined;
}

/** What differs between the trees of two images, in byte order of the paths. Directories count as what they say themselves. */
export function compareFiles(old: readonly StoredEntry[], updated: readonly StoredEntry[]): FileDifference[] {
  // Of layers that both have, and that were listed once, nearly every entry is the same object in both.
  const before = visibleByPath(old, headersOf(updated));
  const after = visibleByPath(updated, headersOf(old));
  const differences: FileDifference[] = [];
  for (const [path, entry] of before) {
    if (!after.has(path)) differences.push({ path, change: 'removed', old: entry, new: undefined });
  }
  for (const [path, entry] of after) {
    const known = before.get(path);
    const change = known === undefined ? 'added' : differenceOf(known, entry);
    if (change !== undefined) differences.push({ path, change, old: known, new: entry });
  }
  return differences.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function headersOf(entries: readonly StoredEntry[]): ReadonlySet<TarHeader> {
  return new Set(entries.filter(isVisible).map(({ header }) => header));
}

/** @param others what a container sees in the other image. */
function visibleByPath(
  entries: readonly StoredEntry[],
  others: ReadonlySet<TarHeader>,
): Map<RootfsPath, StoredEntry> {
  const visible = new Map<RootfsPath, StoredEntry>();
  for (const entry of entries) {
    if (isVisible(entry) && !others.has(entry.header)) visible.set(entry.header.path, entry);
  }
  return visible;
}

function isVisible({ isOverridden, header }: StoredEntry): boolean {
  return !isOverridden && header.path !== ROOT_PATH;
}

function differenceOf(old: StoredEntry, updated: StoredEntry): 'changed' | 'touched' | undefined {
  if (contentKey(old) !== contentKey(updated)) return 'changed';
  return metadataKey(old) === metadataKey(updated) ? undefined : 'touched';
}

function contentKey({ header, digest }: StoredEntry): string {
  const { kind, sizeBytes, linkName, deviceMajor, deviceMinor } = header;
  return JSON.stringify([kind, sizeBytes, digest, linkName, deviceMajor, deviceMinor]);
}

/** The times of directories are those of the layers that hold them. */
function metadataKey({ header }: StoredEntry): string {
  const { kind, mode, uid, gid, mtimeSeconds, xattrs } = header;
  const values = xattrs.map(({ name, value }) => [name, hash('sha256', value, 'hex')]);
  return JSON.stringify([mode, uid, gid, kind === 'directory' ? 0 : mtimeSeconds, values]);
}
