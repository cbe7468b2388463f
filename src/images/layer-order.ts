import { displayBytes, parentPath, ROOT_PATH, rootfsPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { Report } from '../model/finding.ts';
import type { EntryObserver } from './layer-entries.ts';
import type { TarHeader, TarKind } from './tar-header.ts';

/**
 * The order that readers of eStargz rely on: parents before children (they make up a missing one as 0755), a hardlink
 * after its target (the database store refuses the layer otherwise), every name once.
 * @param mayRepeat for a tar that was kept to the byte.
 */
export function createOrderCheck(report: Report, mayRepeat: boolean): EntryObserver {
  const kinds = new Map<RootfsPath, TarKind>();
  return {
    begin(header) {
      const shown = displayBytes(header.name);
      if (kinds.has(header.path) && !mayRepeat) report('order', `${shown} stands twice in the layer`);
      checkParent(kinds, header, report);
      if (header.kind === 'hardlink') checkTarget(kinds, header, report);
      kinds.set(header.path, header.kind);
    },
  };
}

function checkParent(kinds: ReadonlyMap<RootfsPath, TarKind>, header: TarHeader, report: Report): void {
  const parent = parentPath(header.path);
  if (parent === ROOT_PATH) return;
  const kind = kinds.get(parent);
  if (kind === undefined)
    report('order', `${displayBytes(header.name)} stands before its directory, or without it`);
  else if (kind !== 'directory') report('order', `${displayBytes(header.name)} lies in what is a ${kind}`);
}

function checkTarget(kinds: ReadonlyMap<RootfsPath, TarKind>, header: TarHeader, report: Report): void {
  const kind = kinds.get(rootfsPath(header.linkName));
  const names = `the hardlink ${displayBytes(header.name)} to ${displayBytes(header.linkName)}`;
  if (kind === undefined) report('order', `${names} stands before its target, or without it`);
  else if (kind === 'directory') report('order', `${names} has a directory as its target`);
}
