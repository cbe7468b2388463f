/*
 * The stages that `layah build` and `layah plan` share:
 *
 *   scan -> components -> (parts of those that are too big) -> packing (+ the layers of the previous image)
 */
import { assignComponents } from '../components/assign.ts';
import { loadSources } from '../components/load-sources.ts';
import { createArranger } from '../layers/arrange.ts';
import type { Component, SourceClaims } from '../model/component.ts';
import type { Scan } from '../model/entry.ts';
import { LayahError, unreachable } from '../model/errors.ts';
import type { HostPrefix } from '../model/host-path.ts';
import type { LayerPlan, PackingWarning, PreviousImage } from '../model/layer-plan.ts';
import type { LayerContents, LayerFormat } from '../model/layer.ts';
import type { PlanOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import { planLayers } from '../packing/pack.ts';
import { planEpochSeconds } from '../packing/plan-epoch.ts';
import type { OpenRootfs } from '../scan/open-rootfs.ts';
import { createRootfsReader } from '../scan/rootfs-reader.ts';
import { contentsPrefix } from '../scan/scan-prefix.ts';
import { scanRootfs } from '../scan/scan.ts';
import { type Packable, packables } from './pack-items.ts';
import type { RunContext, SourceSummary } from './run.ts';

export interface PlannedLayer {
  readonly plan: LayerPlan;
  /** In the order of the plan's names. */
  readonly members: readonly Packable[];
}

export interface ImagePlan {
  readonly scan: Scan;
  readonly sources: readonly SourceSummary[];
  /** All that the sources say, the highest priority first. */
  readonly claims: readonly SourceClaims[];
  /** From the bottom up. */
  readonly layers: readonly PlannedLayer[];
  /** Undefined when there is none whose plan could go on. */
  readonly previous: PreviousImage | undefined;
  /** No later update counts. */
  readonly planTimeSeconds: number;
  /** What a layer of these components holds. */
  readonly arrange: (components: readonly Component[]) => LayerContents;
}

/** What a plan is made of. */
export interface ScannedTree {
  readonly rootfs: OpenRootfs;
  readonly scan: Scan;
  /** To read the contents of its files. */
  readonly prefix: HostPrefix;
  readonly previous: PreviousImage | undefined;
}

export async function scanTree(
  rootfs: OpenRootfs,
  options: PlanOptions,
  context: RunContext,
): Promise<ScannedTree> {
  const { reporter, signal } = context;
  const { prune, skipSpecialFiles } = options;
  // First, so that a wrong name fails at once.
  const previous = await readPrevious(options, context);
  const scan = await scanRootfs(rootfs, { prune, skipSpecialFiles, reporter, signal });
  if (scan.entries.length === 0) throw nothingLeft(options.rootfs);
  return { rootfs, scan, prefix: contentsPrefix(rootfs, scan.entries), previous };
}

/** The format of the layers matters only to who writes them. */
export async function planImage(
  { rootfs, scan, prefix, previous }: ScannedTree,
  options: PlanOptions & { readonly format: LayerFormat },
  { reporter, signal }: RunContext,
): Promise<ImagePlan> {
  const { createdSeconds, format } = options;
  const reader = createRootfsReader({ ...rootfs, prefix }, scan);
  const claims = await loadSources({ scan, reader, reporter, signal }, options);
  rootfs.confirmInPlace();
  const { components, summaries } = assignComponents(scan, claims);
  const arrange = createArranger(scan, { format, createdSeconds });
  const packed = packables(components, { options, arrange, reporter });
  const planTimeSeconds = planTime(options, previous);
  const { layers, warnings } = planLayers(
    packed.map(({ item }) => item),
    { ...options, previous: previous?.layers, planTimeSeconds },
  );
  warnOf(warnings, reporter);
  const byName = new Map(packed.map((each) => [each.item.name, each]));
  const membersOf = ({ componentNames }: LayerPlan) =>
    componentNames.map((name) => byName.get(name)).filter((member) => member !== undefined);
  return {
    scan,
    sources: summaries,
    claims,
    layers: layers.map((plan) => ({ plan, members: membersOf(plan) })),
    previous,
    planTimeSeconds,
    arrange,
  };
}

/** What reads images is loaded only when there is one. */
async function readPrevious(options: PlanOptions, context: RunContext): Promise<PreviousImage | undefined> {
  if (options.previous === undefined) return undefined;
  const { readPreviousImage } = await import('./previous-image.ts');
  return readPreviousImage(options, context);
}

/** A plan that goes on need not be found again, so it may use all that is known. */
function planTime(
  { planEpochSeconds: asked, createdSeconds }: PlanOptions,
  previous: PreviousImage | undefined,
): number {
  return asked ?? (previous === undefined ? planEpochSeconds(createdSeconds) : createdSeconds);
}

function warnOf(warnings: readonly PackingWarning[], reporter: Reporter): void {
  for (const warning of warnings) reporter.warn(describeWarning(warning));
}

function describeWarning(warning: PackingWarning): string {
  switch (warning.kind) {
    case 'oversized-component': {
      const { componentName, sizeBytes, maxLayerSizeBytes } = warning;
      return `--max-layer-size ${maxLayerSizeBytes}: one file of ${componentName} makes a layer of ${sizeBytes} bytes, and files are not cut`;
    }
  }
  return unreachable(warning.kind);
}

function nothingLeft(rootfs: string): LayahError {
  return new LayahError({
    code: 'bad-rootfs',
    message: `nothing is left of the root filesystem ${rootfs}`,
    hint: 'Look at the --prune flags: they leave everything out.',
  });
}
