import type { LayerEntry } from './entry.ts';
import { RESERVED_ROOT_NAMES } from './estargz.ts';
import { decodeUtf8, type RootfsPath } from './rootfs-path.ts';

/** Why a reader of the TOC would not see an entry as it is. */
export type TocObstacle = 'not-utf8' | 'reserved-name';

/** Undefined for an entry that a TOC can carry: most of them. The TOC is JSON, so names must be text. */
export function tocObstacle(entry: LayerEntry): TocObstacle | undefined {
  if (decodeUtf8(entry.path) === undefined) return 'not-utf8';
  if (entry.kind === 'symlink' && decodeUtf8(entry.target) === undefined) return 'not-utf8';
  if (entry.xattrs.some((xattr) => decodeUtf8(xattr.name) === undefined)) return 'not-utf8';
  return RESERVED_ROOT_NAMES.includes(firstName(entry.path)) ? 'reserved-name' : undefined;
}

function firstName(path: RootfsPath): string {
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(0, slash);
}
