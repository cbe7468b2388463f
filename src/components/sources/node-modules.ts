/*
 * Packages of npm, pnpm and Yarn, wherever a node_modules directory lies. A component `node/<name>` or
 * `node/@<scope>/<name>` is everything below the package in the outermost node_modules directory, packages nested in it
 * included; where several of these directories have a package of that name, their path comes before it.
 *
 * - A link that is in no package belongs to the one that it points into: those in .bin, npm and npx in bin, what pnpm
 *   puts into node_modules.
 * - What package managers keep for themselves (.package-lock.json, .modules.yaml, caches) is one component that
 *   changes in every build, `node/.metadata`.
 * - A published package has one time for all of its files, which npm writes into the archive and installing does not
 *   keep: the files get it back, so that installing again gives the same layer.
 */
import type { ComponentSource, SourceClaims } from '../../model/component.ts';
import type { Entry, Scan, SymlinkEntry } from '../../model/entry.ts';
import { parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { claimLocatedPackages, type LocatedPackage, metadataPackage } from './located-packages.ts';
import { locateNodePath, type NodeLocation } from './node-paths.ts';

export const nodeSource: ComponentSource = {
  name: 'node',
  load: ({ scan }) => Promise.resolve(claimNodePackages(scan)),
};

/** @returns undefined when the tree has no node_modules directory with something in it. */
export function claimNodePackages(scan: Scan): SourceClaims | undefined {
  const owners = new Map<RootfsPath, LocatedPackage>();
  const packages = new Map<string, LocatedPackage>();
  for (const entry of scan.entries) {
    const location = locateEntry(entry);
    if (location === undefined) continue;
    const key = location.kind === 'package' ? `${location.modules}/${location.name}` : location.modules;
    const owner = packages.get(key) ?? locatedPackage(location);
    packages.set(key, owner);
    owners.set(entry.path, owner);
  }
  return claimLocatedPackages('node', owners);
}

function locateEntry(entry: Entry): NodeLocation | undefined {
  const location = locateNodePath(entry.path);
  const isInside = location?.kind === 'package' && !location.isTop;
  if (isInside) return location;
  if (entry.kind === 'symlink') {
    const target = locateNodePath(linkTarget(entry));
    if (target?.kind === 'package') return target;
  }
  // A package is a directory; a link to one outside of node_modules is a part of a workspace.
  return location?.kind === 'package' && entry.kind !== 'directory' ? undefined : location;
}

function linkTarget({ path, target }: SymlinkEntry): RootfsPath {
  return rootfsPath(target.startsWith('/') ? target : `${parentPath(path)}/${target}`);
}

/** 1985-10-26T08:15:00Z (npm-packlist and pacote, "portable" archives). */
const NPM_ARCHIVE_TIME_SECONDS = 499_162_500;

function locatedPackage(location: NodeLocation): LocatedPackage {
  if (location.kind === 'metadata') return metadataPackage('node', location.modules);
  return {
    ecosystem: 'node',
    environment: location.modules,
    name: location.name,
    mtimeClampSeconds: NPM_ARCHIVE_TIME_SECONDS,
    updateTimesSeconds: [],
    isMetadata: false,
  };
}
