/*
 * layah plan: which layer would hold what. Reads the tree and its databases, but no content of other files.
 */
import { basename, resolve } from 'node:path';
import { compareByteOrder } from '../model/byte-order.ts';
import type { PreviousLayer } from '../model/layer-plan.ts';
import type { PlanOptions } from '../model/options.ts';
import { openRootfs } from '../scan/open-rootfs.ts';
import type { Packable } from './pack-items.ts';
import { type ImagePlan, planImage, type PlannedLayer, scanTree } from './plan-image.ts';
import type { LayerChange, PlannedLayerSummary, PlanReport, RunContext } from './run.ts';

/** @throws LayahError */
export async function runPlan(options: PlanOptions, context: RunContext): Promise<PlanReport> {
  const rootfs = openRootfs(options.rootfs);
  try {
    // Nothing is written, so that any format will do.
    const run = async () =>
      planImage(await scanTree(rootfs, options, context), { ...options, format: 'estargz' }, context);
    const planned = await (options.htmlPath === undefined
      ? run()
      : runWithPage(options.htmlPath, options, run));
    const previous = planned.previous === undefined ? undefined : indexLayers(planned.previous.layers);
    const layers = planned.layers.map((layer) => summarize(layer, previous));
    const names = new Set(planned.layers.flatMap(({ plan }) => plan.componentNames));
    return {
      layers,
      sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      weeklyBytes: layers.reduce((sum, { weeklyBytes }) => sum + weeklyBytes, 0),
      removedComponents: [...(previous?.names ?? [])]
        .filter((name) => !names.has(name))
        .sort(compareByteOrder),
    };
  } finally {
    rootfs.close();
  }
}

/** What makes pages is loaded where one is asked for. */
async function runWithPage(
  path: string,
  options: PlanOptions,
  run: () => Promise<ImagePlan>,
): Promise<ImagePlan> {
  const { withPage } = await import('./page-file.ts');
  const title = basename(resolve(options.rootfs));
  return withPage(path, {
    run,
    async describe(plan) {
      const { imagePage } = await import('./image-page.ts');
      return imagePage({ title, options, plan, built: undefined });
    },
  });
}

interface PreviousIndex {
  readonly names: ReadonlySet<string>;
  readonly layers: ReadonlySet<string>;
}

function indexLayers(previous: readonly PreviousLayer[]): PreviousIndex {
  return {
    names: new Set(previous.flatMap(({ components }) => components.map(({ name }) => name))),
    layers: new Set(previous.map(({ components }) => layerKey(components))),
  };
}

/** Equal for layers that hold the same as far as that is known. */
function layerKey(components: PreviousLayer['components']): string {
  return JSON.stringify(
    components
      .map(({ name, fingerprint }) => [name, fingerprint])
      .sort(([left = ''], [right = '']) => compareByteOrder(left, right)),
  );
}

function summarize(
  { plan, members }: PlannedLayer,
  previous: PreviousIndex | undefined,
): PlannedLayerSummary {
  const { sizeBytes, weeklyUpdateProbability, reason } = plan;
  return {
    components: members.map(({ item }) => ({ name: item.name, sizeBytes: item.sizeBytes })),
    sizeBytes,
    weeklyUpdateProbability,
    weeklyBytes: Math.round(sizeBytes * weeklyUpdateProbability),
    reason,
    change: previous && changeOf(members, previous),
  };
}

function changeOf(members: readonly Packable[], previous: PreviousIndex): LayerChange {
  const items = members.map(({ item }) => item);
  if (previous.layers.has(layerKey(items))) return 'kept';
  return items.some(({ name }) => previous.names.has(name)) ? 'repacked' : 'new';
}
