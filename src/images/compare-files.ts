import { hash } from 'node:crypto';
import type { FileCounts } from '../model/diff-report.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import type { StoredEntry } from './stored-entries.ts';

/** An entry that a container sees in one image and not, or another one, in the other. */
export interface FileDifference {
  readonly path: RootfsPath;
  readonly change: keyof FileCounts;
  readonly old: StoredEntry | undefined;
  readonly new: StoredEntry | undefined;
}

/** What differs between the trees of two images, in byte order of the paths. Directories count as what they say themselves. */
export function compareFiles(old: readonly StoredEntry[], updated: readonly StoredEntry[]): FileDifference[] {
  const before = visibleByPath(old);
  const after = visibleByPath(updated);
  const removed = [...before].flatMap(([path, entry]): FileDifference[] =>
    after.has(path) ? [] : [{ path, change: 'removed', old: entry, new: undefined }],
  );
  const others = [...after].flatMap(([path, entry]): FileDifference[] => {
    const known = before.get(path);
    if (known === undefined) return [{ path, change: 'added', old: undefined, new: entry }];
    const change = differenceOf(known, entry);
    return change === undefined ? [] : [{ path, change, old: known, new: entry }];
  });
  return [...removed, ...others].sort((left, right) => (left.path < right.path ? -1 : 1));
}

function visibleByPath(entries: readonly StoredEntry[]): Map<RootfsPath, StoredEntry> {
  return new Map(
    entries.flatMap((entry) =>
      entry.isOverridden || entry.header.path === '' ? [] : [[entry.header.path, entry] as const],
    ),
  );
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
