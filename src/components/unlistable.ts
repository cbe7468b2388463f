/*
 * What a layer's TOC cannot carry. A layer that holds one such entry is plain gzip for all its entries (layers/arrange.ts),
 * so they are gathered in components of their own, whatever the sources say of them, and few layers are hit:
 *
 * layah/not-utf8   a path, a link target or the name of an extended attribute is not UTF-8
 * layah/reserved   a name at the root, or below it, by which the format calls its own parts (model/estargz.ts)
 *
 * - Everything below a directory goes where the directory goes, since a layer holds the parents of its entries.
 * - The paths of one inode stay together (assign.ts, rule 2), so one of them takes the others along.
 * - They get layers of their own where --max-layers leaves room for it (pipeline/build.ts).
 * - The compression does not matter, so that it does not change the plan.
 * When the root itself is such an entry, every layer holds it and nothing is gained: then nothing is gathered.
 */
import type { Claim, ComponentInfo, SourceClaims } from '../model/component.ts';
import type { Scan } from '../model/entry.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import { tocObstacle, type TocObstacle } from '../model/toc-obstacle.ts';

/** They get layers of their own where there is room, so that nothing else loses its TOC. */
export const UNLISTABLE_COMPONENTS: readonly string[] = ['layah/not-utf8', 'layah/reserved'];

/** Like a source, so that its claims win as those of the first source do. Undefined for most trees. */
export function claimUnlistable(scan: Scan): SourceClaims | undefined {
  if (tocObstacle(scan.root) !== undefined) return undefined;
  const claims = new Map<RootfsPath, Claim>();
  let above: { readonly prefix: string; readonly obstacle: TocObstacle } | undefined;
  for (const entry of scan.entries) {
    // Depth first: what is below a directory comes right after it.
    if (above !== undefined && !entry.path.startsWith(above.prefix)) above = undefined;
    const obstacle = above?.obstacle ?? tocObstacle(entry);
    if (obstacle === undefined) continue;
    claims.set(entry.path, { component: COMPONENTS[obstacle].index, strength: 'strong' });
    if (entry.kind === 'directory') above ??= { prefix: `${entry.path}/`, obstacle };
  }
  if (claims.size === 0) return undefined;
  const components = [COMPONENTS['not-utf8'].info, COMPONENTS['reserved-name'].info];
  return { source: 'unlistable', packageCount: undefined, components, claims };
}

const COMPONENTS: Readonly<Record<TocObstacle, { readonly index: number; readonly info: ComponentInfo }>> = {
  'not-utf8': { index: 0, info: componentInfo('layah/not-utf8') },
  'reserved-name': { index: 1, info: componentInfo('layah/reserved') },
};

function componentInfo(name: string): ComponentInfo {
  return {
    name,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}
