import type { Entry } from '../model/entry.ts';
import type { HostPrefix } from '../model/host-path.ts';
import { ROOT_PATH, type RootfsPath } from '../model/rootfs-path.ts';
import type { OpenRootfs } from './open-rootfs.ts';

/** Linux: PATH_MAX without the NUL at the end. */
const MAX_HOST_PATH_BYTES = 4095;

/** What the scan puts before a path: the quicker name of the root filesystem where the whole is not too long for it. */
export function scanPrefix({ directPrefix, prefix }: OpenRootfs, path: RootfsPath): HostPrefix {
  return directPrefix.length + path.length <= MAX_HOST_PATH_BYTES ? directPrefix : prefix;
}

/** The same for the paths of all entries: who reads their contents makes sure at the end that it still is the directory. */
export function contentsPrefix(rootfs: OpenRootfs, entries: readonly Entry[]): HostPrefix {
  const longest = entries.reduce(
    (path, entry) => (entry.path.length > path.length ? entry.path : path),
    ROOT_PATH,
  );
  return scanPrefix(rootfs, longest);
}
