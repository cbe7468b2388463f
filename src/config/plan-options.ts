import type { ImageLocation, OutputTarget, PlanOptions } from '../model/options.ts';
import { type ComponentFlags, parseComponentFlags } from './component-flags.ts';
import { parsePlanEpoch, resolveCreatedSeconds } from './created-time.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseHtmlPath } from './html-path.ts';
import { type ConfigFlags, readImageConfig } from './image-config-source.ts';
import { type LayerLimitFlags, parseLayerLimits } from './layer-limits.ts';
import { environmentValue, type Machine } from './machine.ts';
import { parsePrevious, type PreviousFlags } from './previous-image.ts';
import { parsePrunePattern } from './prune-patterns.ts';
import { refuseUnusedRegistryFlags } from './registry-location.ts';
import { editedImage, type ImageFlags } from './source-image.ts';
import { usageError } from './usage-error.ts';

/** The flags that decide which layer holds what, as given; undefined or empty where they were not. */
export interface RawPlanFlags
  extends ComponentFlags, ConfigFlags, ImageFlags, LayerLimitFlags, PreviousFlags {
  readonly rootfs: string | undefined;
  readonly prune: readonly string[];
  readonly skipSpecialFiles: boolean;
  readonly sourceDateEpoch: string | undefined;
  readonly planEpoch: string | undefined;
  readonly html: string | undefined;
}

/**
 * Every option of `layah plan` with its default resolved, frozen.
 * @throws LayahError `usage` for flags and variables, `bad-config` or `read-failed` for the files that they name.
 */
export function parsePlanOptions(raw: RawPlanFlags, machine: Machine): PlanOptions {
  const flags = parsePlanFlags(raw, machine, []);
  return deepFreeze({ ...flags, ...readImage(raw, machine) });
}

/**
 * All but the config, which comes last: nobody should have to type it into a terminal to learn of a mistyped flag.
 * @param others - what else is read or written: the flags of a registry may be for it.
 */
export function parsePlanFlags(
  raw: RawPlanFlags,
  machine: Machine,
  others: readonly (ImageLocation | OutputTarget)[],
): Omit<PlanOptions, keyof ImageOptions> {
  const previous = parsePrevious(raw, machine);
  refuseUnusedRegistryFlags(raw, previous === undefined ? others : [previous, ...others]);
  return {
    rootfs: resolveRootfs(raw.rootfs, machine),
    prune: raw.prune.map((text) => parsePrunePattern(text)),
    skipSpecialFiles: raw.skipSpecialFiles,
    ...parseLayerLimits(raw),
    planEpochSeconds: parsePlanEpoch(raw.planEpoch),
    previous: raw.rebalance ? undefined : previous,
    htmlPath: parseHtmlPath(raw.html, machine),
    ...parseComponentFlags(raw, machine),
  };
}

type ImageOptions = Pick<PlanOptions, 'image' | 'createdSeconds'>;

export function readImage(raw: RawPlanFlags, machine: Machine): ImageOptions {
  const image = editedImage(readImageConfig(raw, machine), raw, machine);
  return { image, createdSeconds: resolveCreatedSeconds(raw.sourceDateEpoch, image.createdSeconds, machine) };
}

function resolveRootfs(flag: string | undefined, machine: Machine): string {
  if (flag === '') throw usageError('--rootfs: the path is empty');
  const named =
    flag ?? environmentValue(machine, 'LAYAH_ROOTFS') ?? environmentValue(machine, 'CHUNKAH_ROOTFS');
  const rootfs = named ?? ['/layah', '/chunkah'].find((path) => machine.isDirectory(path));
  if (rootfs !== undefined) return rootfs;
  throw usageError(
    '--rootfs: no root filesystem given',
    'Use --rootfs DIR, set LAYAH_ROOTFS or CHUNKAH_ROOTFS, or mount the image on /layah or /chunkah.',
  );
}
