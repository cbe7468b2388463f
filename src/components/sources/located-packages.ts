/*
 * What the sources of language packages share. A package is known by where it is installed: a tree can hold several
 * environments with packages of the same name, which change apart from each other.
 */
import { compareByteOrder } from '../../model/byte-order.ts';
import type { Claim, ComponentInfo, SourceClaims } from '../../model/component.ts';
import { displayBytes, type RootfsPath } from '../../model/rootfs-path.ts';
import { componentName, databaseComponent } from './database-components.ts';
import { groupBy } from './group-by.ts';

export interface LocatedPackage {
  /** Where it comes from, which is the first part of the component's name. */
  readonly ecosystem: string;
  /** The directory that tells it from packages of the same name. */
  readonly environment: RootfsPath;
  /** A byte string. */
  readonly name: string;
  /** As in ComponentInfo. */
  readonly mtimeClampSeconds: number | undefined;
  readonly updateTimesSeconds: readonly number[];
  /** What the package manager keeps for itself; changes whenever anything is installed. */
  readonly isMetadata: boolean;
}

/** Begins with a dot, as no package's name does. */
const METADATA_NAME = '.metadata';

export function metadataPackage(ecosystem: string, environment: RootfsPath): LocatedPackage {
  return {
    ecosystem,
    environment,
    name: METADATA_NAME,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    isMetadata: true,
  };
}

/**
 * Strong claims for the packages that own something. A component is called `<ecosystem>/<name>`, or
 * `<ecosystem>/<environment>/<name>` where several environments have a package of the name. All metadata of an
 * ecosystem is one component.
 */
export function claimLocatedPackages(
  source: string,
  owners: ReadonlyMap<RootfsPath, LocatedPackage>,
): SourceClaims | undefined {
  const packages = [...new Set(owners.values())];
  if (packages.length === 0) return undefined;
  const nameOf = createNaming(packages);
  const byName = groupBy(packages, nameOf);
  const names = [...byName.keys()].sort(compareByteOrder);
  const componentOf = new Map(
    names.flatMap((name, component) => (byName.get(name) ?? []).map((owner) => [owner, component])),
  );
  const claims = new Map<RootfsPath, Claim>();
  for (const [path, owner] of owners) {
    const component = componentOf.get(owner);
    if (component !== undefined) claims.set(path, { component, strength: 'strong' });
  }
  return {
    source,
    packageCount: packages.filter(({ isMetadata }) => !isMetadata).length,
    components: names.map((name) => packageComponent(name, byName.get(name) ?? [])),
    claims,
  };
}

function createNaming(packages: readonly LocatedPackage[]): (located: LocatedPackage) => string {
  const environments = new Map<string, Set<RootfsPath>>();
  for (const { ecosystem, name, environment } of packages) {
    const short = componentName(ecosystem, name);
    const known = environments.get(short) ?? new Set();
    environments.set(short, known.add(environment));
  }
  return ({ ecosystem, environment, name, isMetadata }) => {
    const short = componentName(ecosystem, name);
    const isAlone = isMetadata || environments.get(short)?.size === 1;
    return isAlone ? short : componentName(`${ecosystem}/${displayBytes(environment)}`, name);
  };
}

/** Members of one name in one environment are versions of it; one whose time is not known leaves times as they are. */
function packageComponent(name: string, members: readonly LocatedPackage[]): ComponentInfo {
  if (members.some(({ isMetadata }) => isMetadata)) return databaseComponent(name);
  const clamps = members.flatMap(({ mtimeClampSeconds }) => mtimeClampSeconds ?? []);
  const updateTimes = new Set(members.flatMap(({ updateTimesSeconds }) => updateTimesSeconds));
  return {
    name,
    mtimeClampSeconds: clamps.length < members.length ? undefined : Math.max(...clamps),
    updateTimesSeconds: [...updateTimes].sort((left, right) => right - left),
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}
