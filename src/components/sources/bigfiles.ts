import type { Claim, ComponentInfo, ComponentSource, SourceClaims } from '../../model/component.ts';
import type { Scan } from '../../model/entry.ts';
import { displayBytes, type RootfsPath } from '../../model/rootfs-path.ts';

/** Big files that no other source claims get a component each, so that one of them does not drag the others along. */
export const bigfilesSource: ComponentSource = {
  name: 'bigfiles',
  load: ({ scan }) => Promise.resolve(claimBigFiles(scan)),
};

/** A file of this size or less stays with the unclaimed rest. */
const BIG_FILE_THRESHOLD_BYTES = 1024 * 1024;

/**
 * Weak claims on every big file, whoever else claims it: assigning settles that. The paths of one inode share the
 * component `bigfiles/<first path in scan order>`.
 */
export function claimBigFiles(scan: Scan): SourceClaims | undefined {
  const components: ComponentInfo[] = [];
  const claims = new Map<RootfsPath, Claim>();
  const componentOfGroup = new Map<number, number>();
  for (const entry of scan.entries) {
    if (entry.kind !== 'file' || entry.sizeBytes <= BIG_FILE_THRESHOLD_BYTES) continue;
    const known = entry.linkGroup === undefined ? undefined : componentOfGroup.get(entry.linkGroup);
    const component = known ?? components.push(bigFileComponent(entry.path)) - 1;
    if (entry.linkGroup !== undefined) componentOfGroup.set(entry.linkGroup, component);
    claims.set(entry.path, { component, strength: 'weak' });
  }
  if (claims.size === 0) return undefined;
  return { source: 'bigfiles', packageCount: undefined, components, claims };
}

function bigFileComponent(path: RootfsPath): ComponentInfo {
  return {
    name: `bigfiles/${displayBytes(path)}`,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}
