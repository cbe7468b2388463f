import type { ExplainedLayer, ExplainReport } from '../model/explain-report.ts';
import type { ExplainOptions } from '../model/inspect-options.ts';
import { openRootfs } from '../scan/open-rootfs.ts';
import { explainEntry, findEntry, nothingThere } from './explain-path.ts';
import { type PlannedLayer, planImage, scanTree } from './plan-image.ts';
import type { RunContext } from './run.ts';

/**
 * What a build with the same options would do.
 * @throws LayahError as `layah plan` does, and `usage` when nothing is at the path.
 */
export async function explainInRootfs(
  { path, plan: options }: Extract<ExplainOptions, { kind: 'rootfs' }>,
  context: RunContext,
): Promise<ExplainReport> {
  const rootfs = openRootfs(options.rootfs);
  try {
    // Nothing is written, so that any format will do.
    const tree = await scanTree(rootfs, options, context);
    const planned = await planImage(tree, { ...options, format: 'estargz' }, context);
    const { scan, claims, layers } = planned;
    const entry = findEntry(scan, path);
    if (entry === undefined) throw nothingThere(options.rootfs, path, scan);
    const members = layers.flatMap((layer) => layer.members);
    const components = members.map(({ component }) => component);
    const found = explainEntry({ scan, sources: claims, components }, entry);
    const holder = layers.findIndex((layer) =>
      layer.members.some(({ component }) => component.entries.includes(entry)),
    );
    const part = members.find(({ component }) => component.entries.includes(entry))?.component.name;
    return {
      subject: 'rootfs',
      location: options.rootfs,
      ...found,
      component: part ?? found.component,
      isVisible: true,
      layer: explainLayer(layers[holder], holder),
      otherLayers: [],
    };
  } finally {
    rootfs.close();
  }
}

function explainLayer(layer: PlannedLayer | undefined, index: number): ExplainedLayer | undefined {
  if (layer === undefined) return undefined;
  const { componentNames, reason, weeklyUpdateProbability } = layer.plan;
  return { index, digest: undefined, componentNames, reason, weeklyUpdateProbability };
}
