import {
  ancestorPaths,
  displayBytes,
  parentPath,
  ROOT_PATH,
  rootfsPath,
  type RootfsPath,
} from '../model/rootfs-path.ts';
import type { Report } from '../model/finding.ts';
import type { EntryObserver } from './layer-entries.ts';
import type { TarHeader, TarKind } from './tar-header.ts';

/**
 * The order that readers of eStargz rely on: parents before children, a hardlink after its target (the database store
 * refuses the layer otherwise), every name once. A parent that the layer does not list at all may be in a lower one.
 * @param mayRepeat for a tar that was kept to the byte.
 */
export function createOrderCheck(report: Report, mayRepeat: boolean): EntryObserver {
  const kinds = new Map<RootfsPath, TarKind>();
  const impliedParents = new Set<RootfsPath>();
  return {
    begin(header) {
      const shown = displayBytes(header.name);
      if (kinds.has(header.path) && !mayRepeat) report('order', `${shown} stands twice in the layer`);
      if (impliedParents.has(header.path)) report('order', `${shown} stands after what lies in it`);
      checkParent(kinds, header, report);
      for (const path of ancestorPaths(header.path)) if (!kinds.has(path)) impliedParents.add(path);
      if (header.kind === 'hardlink') checkTarget(kinds, header, report);
      kinds.set(header.path, header.kind);
    },
  };
}

function checkParent(kinds: ReadonlyMap<RootfsPath, TarKind>, header: TarHeader, report: Report): void {
  const parent = parentPath(header.path);
  if (parent === ROOT_PATH) return;
  const kind = kinds.get(parent) ?? 'directory';
  if (kind !== 'directory') report('order', `${displayBytes(header.name)} lies in what is a ${kind}`);
}

function checkTarget(kinds: ReadonlyMap<RootfsPath, TarKind>, header: TarHeader, report: Report): void {
  const kind = kinds.get(rootfsPath(header.linkName));
  const names = `the hardlink ${displayBytes(header.name)} to ${displayBytes(header.linkName)}`;
  if (kind === undefined) report('order', `${names} stands before its target, or without it`);
  else if (kind === 'directory') report('order', `${names} has a directory as its target`);
}
