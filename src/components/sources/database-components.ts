import type { Claim, ComponentInfo } from '../../model/component.ts';
import type { Scan } from '../../model/entry.ts';
import { displayBytes, ROOT_PATH, type RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';
import { entriesBelow } from './entries-below.ts';

/** @param packageName - a byte string; no real name is as long as the limit. */
export function componentName(source: string, packageName: string): string {
  return `${source}/${displayBytes(packageName).slice(0, MAX_NAME_LENGTH)}`;
}

const MAX_NAME_LENGTH = 255;

/** What the packages of a component are called together, for `ComponentInfo`. @param versions - byte strings. */
export function joinVersions(versions: readonly (string | undefined)[]): { readonly version?: string } {
  const known = versions.filter((version) => version !== undefined && version !== '');
  if (known.length === 0) return {};
  return { version: displayBytes([...new Set(known)].join(', ')).slice(0, MAX_NAME_LENGTH) };
}

export interface DatedPackage {
  readonly buildTimeSeconds: number | undefined;
  /** A byte string. */
  readonly version: string | undefined;
}

/** A component of packages of which the database keeps nothing but build times and versions. */
export function buildTimeComponent(name: string, packages: readonly DatedPackage[]): ComponentInfo {
  const times = new Set(packages.flatMap(({ buildTimeSeconds }) => buildTimeSeconds ?? []));
  const newestFirst = [...times].sort((left, right) => right - left);
  return {
    name,
    ...joinVersions(packages.map(({ version }) => version)),
    mtimeClampSeconds: newestFirst[0],
    updateTimesSeconds: newestFirst,
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}

/** The component of a package database's own files. */
export function databaseComponent(name: string): ComponentInfo {
  return {
    name,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays: undefined,
    changesEveryBuild: true,
  };
}

export interface DatabaseTree {
  readonly scan: Scan;
  readonly reader: RootfsReader;
}

/** Strong claims on the paths, on what they are links to, and on everything below. */
export function claimDatabaseFiles(
  { scan, reader }: DatabaseTree,
  paths: readonly RootfsPath[],
  component: number,
): Map<RootfsPath, Claim> {
  // Most are not there at all. A link to the root would make the whole tree a database.
  const roots = new Map(
    paths
      .flatMap((path) => [reader.resolveParent(path) ?? ROOT_PATH, reader.resolve(path) ?? ROOT_PATH])
      .filter((path) => path !== ROOT_PATH && scan.byPath.has(path))
      .map((path) => [path, component] as const),
  );
  const claims = new Map<RootfsPath, Claim>();
  if (roots.size === 0) return claims;
  for (const [path] of entriesBelow(scan, roots)) claims.set(path, { component, strength: 'strong' });
  return claims;
}
