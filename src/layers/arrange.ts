/*
 * From components to the entries of one layer. A layer's bytes depend on its own members only:
 * - parents are added with their true mode, owner and xattrs, so that no unpacker invents them;
 * - every directory gets the layer's date instead of its mtime, which changes whenever a neighbour is installed;
 * - the date of a component is its clamp (the time of the package's build), else its newest file.
 * A layer with an entry that a TOC cannot carry is plain gzip, so that no reader ever sees another tree.
 */
import type { Component } from '../model/component.ts';
import type { Entry, LayerEntry, LinkableEntry, Scan } from '../model/entry.ts';
import type { LayerContents, LayerFormat } from '../model/layer.ts';
import { ancestorPaths, isParent, parentPath, ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import { tocObstacle } from '../model/toc-obstacle.ts';
import { refuseUnstorable } from './unstorable.ts';

export interface ArrangeOptions {
  readonly format: LayerFormat;
  /** Upper bound of every mtime. */
  readonly createdSeconds: number;
}

/** Puts the components that share a layer in order. The returned function is called once a layer. */
export function createArranger(
  scan: Scan,
  options: ArrangeOptions,
): (components: readonly Component[]) => LayerContents {
  const sort = createSorter(scan);
  return (components) => {
    const dateSeconds = Math.max(0, ...components.map((each) => componentDate(each, options.createdSeconds)));
    const members = sort(components.flatMap((component) => clampTimes(component, options.createdSeconds)));
    const entries = withAncestors(members, scan).map((entry) => withDate(entry, dateSeconds));
    for (const entry of entries) refuseUnstorable(entry);
    const arranged = linkHardlinks(entries);
    const format =
      options.format === 'estargz' && arranged.some((entry) => tocObstacle(entry) !== undefined)
        ? 'gzip'
        : options.format;
    return { format, entries: arranged, source: { kind: 'rootfs' }, prefetchedEntryCount: 0 };
  };
}

/** Puts entries into the order of the scan. */
function createSorter(scan: Scan): (entries: Entry[]) => Entry[] {
  const positions = new Map<RootfsPath, number>();
  for (const [index, { path }] of scan.entries.entries()) positions.set(path, index);
  const at = ({ path }: Entry) => positions.get(path) ?? -1;
  return (entries) => {
    // Those of one component mostly are, and planning arranges each by itself.
    const order = entries.map(at);
    const isSorted = order.every((position, index) => index === 0 || (order[index - 1] ?? -1) < position);
    return isSorted ? entries : entries.sort((left, right) => at(left) - at(right));
  };
}

/** Most entries are older than their package and stay what they are, so that they are in memory once. */
function clampTimes({ entries, mtimeClampSeconds }: Component, createdSeconds: number): Entry[] {
  const clampSeconds = Math.min(mtimeClampSeconds ?? createdSeconds, createdSeconds);
  return entries.map((entry) =>
    entry.mtimeSeconds <= clampSeconds ? entry : { ...entry, mtimeSeconds: clampSeconds },
  );
}

function componentDate(component: Component, createdSeconds: number): number {
  const newest =
    component.mtimeClampSeconds ??
    component.entries.reduce(
      (latest, entry) => (entry.kind === 'directory' ? latest : Math.max(latest, entry.mtimeSeconds)),
      0,
    );
  return Math.min(newest, createdSeconds);
}

/**
 * The root has an entry only when it differs from what every reader assumes of a root without one.
 * @param members - in scan order, and so is the result.
 */
function withAncestors(members: readonly Entry[], scan: Scan): Entry[] {
  const { root } = scan;
  const isPlainRoot = root.mode === 0o755 && root.uid === 0 && root.gid === 0 && root.xattrs.length === 0;
  const entries: Entry[] = isPlainRoot ? [] : [root];
  const directories = new Set([ROOT_PATH]);
  let latest = ROOT_PATH;
  for (const member of members) {
    // Most are in the same directory as the one before.
    if (!isParent(latest, member.path)) {
      latest = parentPath(member.path);
      for (const path of directories.has(latest) ? [] : ancestorPaths(member.path)) {
        const directory = directories.has(path) ? undefined : scan.byPath.get(path);
        if (directory !== undefined) entries.push(directory);
        directories.add(path);
      }
    }
    if (directories.has(member.path)) continue;
    entries.push(member);
    if (member.kind === 'directory') directories.add(member.path);
  }
  return entries;
}

function withDate(entry: Entry, dateSeconds: number): Entry {
  return entry.kind === 'directory' ? { ...entry, mtimeSeconds: dateSeconds } : entry;
}

/** The first path of an inode carries it, the others point to it. */
function linkHardlinks(entries: readonly Entry[]): LayerEntry[] {
  const first = new Map<number, LinkableEntry>();
  return entries.map((entry) => {
    if (entry.kind === 'directory' || entry.linkGroup === undefined) return entry;
    const target = first.get(entry.linkGroup);
    if (target !== undefined) return hardlink(entry, target);
    first.set(entry.linkGroup, entry);
    return entry;
  });
}

function hardlink(entry: LinkableEntry, target: LinkableEntry): LayerEntry {
  const { path, mode, uid, gid } = entry;
  // Attributes belong to the inode, which the target's entry already describes.
  return {
    kind: 'hardlink',
    path,
    mode,
    uid,
    gid,
    mtimeSeconds: target.mtimeSeconds,
    xattrs: [],
    target: target.path,
  };
}
