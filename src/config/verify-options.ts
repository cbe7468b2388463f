import type { VerifyOptions } from '../model/options.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Machine } from './machine.ts';
import { parseImageLocation } from './output-target.ts';
import { parseReadLimits, type ReadLimitFlags } from './read-limits.ts';
import { refuseUnusedRegistryFlags, type RegistryFlags } from './registry-location.ts';
import { parsePrunePattern } from './prune-patterns.ts';
import { usageError } from './usage-error.ts';

/** The arguments of `layah verify` as given; undefined or empty where they were not. */
export interface RawVerifyFlags extends ReadLimitFlags, RegistryFlags {
  readonly image: string;
  readonly rootfs: string | undefined;
  readonly tag: string | undefined;
  readonly prune: readonly string[];
  readonly skipSpecialFiles: boolean;
}

/** Every option of `layah verify`, frozen. @throws LayahError `usage` */
export function parseVerifyOptions(raw: RawVerifyFlags, machine: Machine): VerifyOptions {
  if (raw.rootfs === '') throw usageError('--rootfs: the path is empty');
  if (raw.rootfs === undefined && raw.prune.length > 0) throw needsRootfs('--prune');
  if (raw.rootfs === undefined && raw.skipSpecialFiles) throw needsRootfs('--skip-special-files');
  const image = parseImageLocation({ name: 'IMAGE', text: raw.image }, raw, machine);
  refuseUnusedRegistryFlags(raw, [image]);
  return deepFreeze({
    image,
    // Any text may name an image in an index, so the grammar of tags does not apply to what others wrote.
    tag: raw.tag,
    rootfs: raw.rootfs,
    prune: raw.prune.map((text) => parsePrunePattern(text)),
    skipSpecialFiles: raw.skipSpecialFiles,
    ...parseReadLimits(raw),
  });
}

/** Both say what of DIR the image leaves out. */
function needsRootfs(flag: string): Error {
  return usageError(
    `${flag} means something only together with --rootfs`,
    `Add --rootfs DIR, or leave ${flag} out.`,
  );
}
