import { LAYER_TARGETS, type LayerTarget, type PlanOptions } from '../model/options.ts';
import { parseByteSize } from './byte-size.ts';
import { usageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

export interface LayerLimitFlags {
  readonly maxLayers: string | undefined;
  readonly maxLayerSize: string | undefined;
  readonly target: string | undefined;
}

type LayerLimits = Pick<PlanOptions, 'maxLayers' | 'maxLayerSizeBytes' | 'targets'>;

const DEFAULT_MAX_LAYERS = 64;
const KIB = 1024;
const TIB = KIB ** 4;
const SIZE_RANGE = { minBytes: 4 * KIB, maxBytes: TIB };

/**
 * How many layers an image may have in what stores or runs it:
 * docker, containerd - the depth that their snapshotters have been built and tested for
 * containers-storage - Linux, fs/overlayfs/params.h, OVL_MAX_STACK
 */
const TARGET_MAX_LAYERS: Readonly<Record<LayerTarget, number>> = {
  docker: 127,
  containerd: 127,
  'containers-storage': 500,
};

/** @throws LayahError `usage`; also for more layers than a target can have. */
export function parseLayerLimits(flags: LayerLimitFlags): LayerLimits {
  const targets = parseTargets(flags.target);
  const maxLayers =
    flags.maxLayers === undefined
      ? DEFAULT_MAX_LAYERS
      : parseWholeNumber('--max-layers', flags.maxLayers, { min: 1, max: 1000 });
  refuseTooMany(maxLayers, targets);
  return {
    targets,
    maxLayers,
    maxLayerSizeBytes:
      flags.maxLayerSize === undefined
        ? undefined
        : parseByteSize('--max-layer-size', flags.maxLayerSize, SIZE_RANGE),
  };
}

function parseTargets(text: string | undefined): LayerTarget[] {
  if (text === undefined) return [];
  return text.split(',').map((name) => {
    const target = LAYER_TARGETS.find((known) => known === name);
    if (target !== undefined) return target;
    throw usageError(`--target: ${JSON.stringify(name)} is none of ${LAYER_TARGETS.join(', ')}`);
  });
}

/** The smallest limit holds. */
function refuseTooMany(maxLayers: number, targets: readonly LayerTarget[]): void {
  const [strictest] = targets.toSorted((left, right) => TARGET_MAX_LAYERS[left] - TARGET_MAX_LAYERS[right]);
  if (strictest === undefined || maxLayers <= TARGET_MAX_LAYERS[strictest]) return;
  throw usageError(
    `--max-layers ${maxLayers} is too much for --target ${strictest}, which takes ${TARGET_MAX_LAYERS[strictest]} layers`,
    `Use --max-layers ${TARGET_MAX_LAYERS[strictest]}, or leave ${strictest} out of --target.`,
  );
}
