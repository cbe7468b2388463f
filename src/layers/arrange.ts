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
import { ancestorPaths, ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
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
  const position = new Map(scan.entries.map((entry, index) => [entry.path, index]));
  const at = (entry: Entry) => position.get(entry.path) ?? -1;
  return (components) => {
    const clamps = clampsByPath(components, options.createdSeconds);
    const dateSeconds = Math.max(0, ...components.map((each) => componentDate(each, options.createdSeconds)));
    const entries = withAncestors(components, scan).sort((left, right) => at(left) - at(right));
    for (const entry of entries) refuseUnstorable(entry);
    const dated = entries.map((entry) => withMtime(entry, clamps.get(entry.path), dateSeconds));
    const arranged = linkHardlinks(dated);
    const format =
      options.format === 'estargz' && arranged.some((entry) => tocObstacle(entry) !== undefined)
        ? 'gzip'
        : options.format;
    return { format, entries: arranged, source: { kind: 'rootfs' }, prefetchedEntryCount: 0 };
  };
}

function clampsByPath(components: readonly Component[], createdSeconds: number): Map<RootfsPath, number> {
  const clamps = new Map<RootfsPath, number>();
  for (const component of components) {
    const clamp = Math.min(component.mtimeClampSeconds ?? createdSeconds, createdSeconds);
    for (const entry of component.entries) clamps.set(entry.path, clamp);
  }
  return clamps;
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

/** The root has an entry only when it differs from what every reader assumes of a root without one. */
function withAncestors(components: readonly Component[], scan: Scan): Entry[] {
  const entries = new Map<RootfsPath, Entry>();
  const { root } = scan;
  if (root.mode !== 0o755 || root.uid !== 0 || root.gid !== 0 || root.xattrs.length > 0) {
    entries.set(ROOT_PATH, root);
  }
  for (const component of components) {
    for (const entry of component.entries) {
      entries.set(entry.path, entry);
      for (const ancestor of ancestorPaths(entry.path)) {
        const directory = scan.byPath.get(ancestor);
        if (directory !== undefined) entries.set(ancestor, directory);
      }
    }
  }
  return [...entries.values()];
}

function withMtime(entry: Entry, clampSeconds: number | undefined, dateSeconds: number): Entry {
  if (entry.kind === 'directory') return { ...entry, mtimeSeconds: dateSeconds };
  return { ...entry, mtimeSeconds: Math.min(entry.mtimeSeconds, clampSeconds ?? dateSeconds) };
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
