import type { ExplainOptions } from '../model/inspect-options.ts';
import { rootfsPathFromDisplay } from '../model/rootfs-path.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseImageSelection, type SelectionFlags } from './image-selection.ts';
import type { Machine } from './machine.ts';
import { parsePlanOptions, type RawPlanFlags } from './plan-options.ts';
import { parseReadLimits, type ReadLimitFlags } from './read-limits.ts';
import { refuseUnusedRegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

/** The arguments of `layah explain` as given; undefined or empty where they were not. */
export interface RawExplainFlags {
  /** An image or the directory of a root filesystem. */
  readonly subject: string;
  readonly path: string;
  readonly selection: SelectionFlags & ReadLimitFlags;
  readonly plan: Omit<RawPlanFlags, 'rootfs'>;
  /** Names of flags that were given and mean something for one kind of subject alone. */
  readonly imageFlags: readonly string[];
  readonly rootfsFlags: readonly string[];
}

/** Every option of `layah explain`, frozen. @throws LayahError as `parsePlanOptions` */
export function parseExplainOptions(raw: RawExplainFlags, machine: Machine): ExplainOptions {
  const { subject, selection, imageFlags, rootfsFlags } = raw;
  const path = rootfsPathFromDisplay(raw.path);
  if (isRootfs(subject, machine)) {
    refuse(imageFlags, 'an image', `${subject} is a root filesystem`);
    return deepFreeze({
      kind: 'rootfs',
      path,
      plan: parsePlanOptions({ ...raw.plan, rootfs: subject }, machine),
    });
  }
  refuse(rootfsFlags, 'a root filesystem', `${subject} is an image`);
  const image = parseImageSelection({ name: 'IMAGE', text: subject }, selection, machine);
  refuseUnusedRegistryFlags(selection, [image.location]);
  return deepFreeze({ kind: 'image', path, image, ...parseReadLimits(selection) });
}

/** A directory that is no OCI layout. */
function isRootfs(text: string, machine: Machine): boolean {
  if (!machine.isDirectory(text)) return false;
  try {
    machine.readTextFile(`${text}/oci-layout`);
    return false;
  } catch {
    return true;
  }
}

function refuse(given: readonly string[], kind: string, what: string): void {
  const [flag] = given;
  if (flag === undefined) return;
  throw usageError(`--${flag} means something only for ${kind}, and ${what}`, `Leave --${flag} out.`);
}
