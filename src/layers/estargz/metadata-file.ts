import type { FileEntry } from '../../model/entry.ts';
import { rootfsPathFromText } from '../../model/rootfs-path.ts';

/** The entry of a landmark or a TOC: mode, owner and time are zero. */
export function metadataFile(name: string, sizeBytes: number): FileEntry {
  return {
    kind: 'file',
    path: rootfsPathFromText(name),
    mode: 0,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    xattrs: [],
    linkGroup: undefined,
    sizeBytes,
    mtimeNanoseconds: 0n,
  };
}
