import type { Entry } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import { displayBytes, displayPath } from '../model/rootfs-path.ts';
import { isWhiteout } from '../model/whiteouts.ts';

/**
 * Refuses what would be read back as something else (image-spec layer.md, "Whiteouts"; overlayfs of the kernel).
 * @throws LayahError `unsupported-entry` naming the path.
 */
export function refuseUnstorable(entry: Entry): void {
  if (isWhiteout(entry.path)) {
    throw refusal(entry, 'has a name that means "deleted" in a layer (.wh.)');
  }
  if (entry.kind === 'character-device' && entry.deviceMajor === 0 && entry.deviceMinor === 0) {
    throw refusal(entry, 'is a character device 0/0, which means "deleted" to overlayfs');
  }
  for (const xattr of entry.xattrs) {
    if (!xattr.name.includes('=')) continue;
    throw refusal(
      entry,
      `has the extended attribute "${displayBytes(xattr.name)}": a tar cannot hold a name with "="`,
    );
  }
}

function refusal(entry: Entry, what: string): LayahError {
  return new LayahError({
    code: 'unsupported-entry',
    message: `${displayPath(entry.path)} ${what}`,
    hint: `Remove it, or leave it out with --prune ${displayPath(entry.path)}.`,
  });
}
