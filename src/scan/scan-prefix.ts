import type { HostPrefix } from '../model/host-path.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import type { OpenRootfs } from './open-rootfs.ts';

/** Linux: PATH_MAX without the NUL at the end. */
const MAX_HOST_PATH_BYTES = 4095;

/** What the scan puts before a path: the quicker name of the root filesystem where the whole is not too long for it. */
export function scanPrefix({ directPrefix, prefix }: OpenRootfs, path: RootfsPath): HostPrefix {
  return directPrefix.length + path.length <= MAX_HOST_PATH_BYTES ? directPrefix : prefix;
}
