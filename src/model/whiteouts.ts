/*
 * How a layer deletes what lower ones have (image-spec, layer.md, "Whiteouts").
 */
import { ancestorPaths, baseName, joinPath, parentPath, type RootfsPath } from './rootfs-path.ts';

export const WHITEOUT_PREFIX = '.wh.';
/** What AUFS left in early images; the opaque marker is one of them. */
export const AUFS_PREFIX = '.wh..wh.';
export const OPAQUE_MARKER = '.wh..wh..opq';

export function isWhiteout(path: RootfsPath): boolean {
  // Nearly no path has it anywhere.
  return path.includes(WHITEOUT_PREFIX) && baseName(path).startsWith(WHITEOUT_PREFIX);
}

/** The entries any of which, in a layer, deletes what lower ones have at the path: of itself or of what is above it. */
export function whiteoutsOf(path: RootfsPath): RootfsPath[] {
  const deleted = [...ancestorPaths(path), path];
  return deleted.flatMap((each) => {
    const parent = parentPath(each);
    return [joinPath(parent, WHITEOUT_PREFIX + baseName(each)), joinPath(parent, OPAQUE_MARKER)];
  });
}
