/*
 * Which path belongs to which package, from var/lib/dpkg/info/*.list, from the conffiles that status names, and from
 * the *.md5sums of status.d.
 *
 * - A path is first put where a diversion moved it, then found through the tree's directory symlinks (usr-merge).
 * - dpkg takes a path out of a list when another package takes it over, so two packages with one file are rare (forced
 *   overwriting, several status files, other programs that write the database). A package that replaces the other has
 *   it, otherwise the first by name and architecture in byte order. One that is installed comes before one that is
 *   half-installed, and that before one of which only configuration files are left, whatever it replaces.
 * - Of a removed package only the conffiles are claimed; where status names none, what dpkg left in its list.
 * - A conffile that no list has belongs to the package that names it; one that its package has given up, only then.
 * - A list does not say which of its paths are directories. One that has others of the list below it is, and then
 *   it does not claim a symlink at its place (/lib of the usr-merge, which a hundred packages list).
 */
import { setImmediate } from 'node:timers/promises';
import type { SourceInput } from '../../model/component.ts';
import type { Entry } from '../../model/entry.ts';
import { isParent, parentPath, ROOT_PATH, type RootfsPath } from '../../model/rootfs-path.ts';
import { createDatabaseReader } from './database-reader.ts';
import type { DpkgDatabase } from './dpkg-database.ts';
import type { DivertPath } from './dpkg-diversions.ts';
import { createListReader, MAX_LISTS_BYTES, type DpkgLists } from './dpkg-lists.ts';
import type { DpkgPackage } from './dpkg-status.ts';
import { limitWarnings } from './limited-warnings.ts';
import { createFindEntry } from './tree-entries.ts';

export interface MissingDpkgFile {
  /** Where it should be. */
  readonly path: RootfsPath;
  readonly md5Hex: string;
  readonly owner: DpkgPackage;
}

export interface DpkgFiles {
  readonly owners: ReadonlyMap<RootfsPath, DpkgPackage>;
  /** Regular files that are not at their place. */
  readonly missing: readonly MissingDpkgFile[];
}

/** @throws LayahError `bad-database` when the lists have absurdly many lines. */
export async function findDpkgOwners(
  input: SourceInput,
  database: DpkgDatabase,
  divert: DivertPath,
): Promise<DpkgFiles> {
  const { scan, reader, reporter, signal } = input;
  const find = createFindEntry(scan, reader);
  const warnings = limitWarnings(reporter, 'file lists of dpkg');
  const ordered = [...database.packages].sort(byState);
  const finding: Finding = {
    lists: createListReader(createDatabaseReader(reader, warnings, MAX_LISTS_BYTES), database.directory),
    findOf: (owner) => (path) => find(divert(path, owner.name)),
    owners: new Map(),
    missing: [],
  };
  for (const [index, listed] of ordered.entries()) {
    if (index % PACKAGES_A_TURN === 0) await setImmediate();
    signal.throwIfAborted();
    if (!ownListed(finding, listed)) warnings.warn(`the dpkg package ${listed.name} has no file list`);
  }
  for (const listed of ordered) ownConffiles(finding, listed);
  warnings.finish();
  return finding;
}

/** How many lists are read between two looks at signals and timers. */
const PACKAGES_A_TURN = 64;

interface Finding {
  readonly lists: DpkgLists;
  readonly findOf: (owner: DpkgPackage) => (path: RootfsPath) => Entry | undefined;
  readonly owners: Map<RootfsPath, DpkgPackage>;
  readonly missing: MissingDpkgFile[];
}

/** @returns false when the package has no list. */
function ownListed({ lists, findOf, owners, missing }: Finding, listed: DpkgPackage): boolean {
  const paths = lists.readPaths(listed);
  const find = findOf(listed);
  const directories = parentsOf(paths ?? []);
  const leftOut = new Set(listed.conffiles.flatMap(({ path, obsolete }) => (obsolete ? path : [])));
  const onlyConffiles = !listed.installed && listed.conffiles.length > 0;
  let missingCount = 0;
  for (const path of onlyConffiles ? [] : (paths ?? [])) {
    const entry = find(path);
    if (entry === undefined && path !== '') missingCount++;
    if (entry === undefined || leftOut.has(path)) continue;
    if (directories.has(path) && entry.kind !== 'directory') continue;
    const owner = owners.get(entry.path);
    if (owner === undefined || takesOver(listed, owner)) owners.set(entry.path, listed);
  }
  if (missingCount > 0) {
    for (const { path, md5Hex } of lists.readMd5sums(listed)) {
      if (find(path)?.kind !== 'file') missing.push({ path, md5Hex, owner: listed });
    }
  }
  return paths !== undefined;
}

/** Lists name the files of a directory one after the other, so most parents are the one before. */
function parentsOf(paths: readonly RootfsPath[]): ReadonlySet<RootfsPath> {
  const parents = new Set<RootfsPath>();
  let latest = ROOT_PATH;
  for (const path of paths) {
    if (isParent(latest, path)) continue;
    latest = parentPath(path);
    parents.add(latest);
  }
  return parents;
}

function ownConffiles({ findOf, owners, missing }: Finding, listed: DpkgPackage): void {
  const find = findOf(listed);
  for (const { path, md5Hex, obsolete } of listed.conffiles) {
    const entry = find(path);
    if (entry?.kind !== 'file' && !obsolete && listed.installed)
      missing.push({ path, md5Hex, owner: listed });
    if (entry !== undefined && !owners.has(entry.path)) owners.set(entry.path, listed);
  }
}

function takesOver(challenger: DpkgPackage, owner: DpkgPackage): boolean {
  if (stateRank(challenger) !== stateRank(owner)) return false;
  return challenger.replaces.has(owner.name) && !owner.replaces.has(challenger.name);
}

function byState(left: DpkgPackage, right: DpkgPackage): number {
  return stateRank(left) - stateRank(right);
}

function stateRank({ installed, halfInstalled }: DpkgPackage): number {
  if (!installed) return 2;
  return halfInstalled ? 1 : 0;
}
