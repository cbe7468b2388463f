/*
 * Which path belongs to which source package, from var/lib/dpkg/info/*.list.
 *
 * - A path is first put where a diversion moved it, then found through the tree's directory symlinks (usr-merge).
 * - dpkg takes a path out of a list when another package takes it over, so two packages with one file are rare:
 *   the first one by name and architecture in byte order has it, and those that are installed come before those
 *   of which only configuration files are left.
 * - A list does not say which of its paths are directories. One that has others of the list below it is, and then
 *   it does not claim a symlink at its place (/lib of the usr-merge, which a hundred packages list).
 * - info/PACKAGE.* (scripts, md5sums, conffiles...) come with the package and belong to it. Its list too: dpkg
 *   writes it again when another package takes over a file, which is rare enough.
 */
import { setImmediate } from 'node:timers/promises';
import type { Claim, SourceInput } from '../../model/component.ts';
import type { Scan } from '../../model/entry.ts';
import { baseName, joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';
import type { DivertPath } from './dpkg-diversions.ts';
import type { DpkgPackage } from './dpkg-status.ts';
import { limitWarnings } from './limited-warnings.ts';
import { createFindEntry, type FindEntry } from './tree-entries.ts';

export interface DpkgDatabase {
  /** With every symlink resolved. */
  readonly directory: RootfsPath;
  readonly packages: readonly DpkgPackage[];
  readonly divert: DivertPath;
  readonly componentOfSource: ReadonlyMap<string, number>;
  readonly databaseComponent: number;
}

/** @throws LayahError `bad-database` when a list is no regular file, or the lists are absurdly large. */
export async function claimDpkgFiles(
  { scan, reader, reporter, signal }: SourceInput,
  database: DpkgDatabase,
): Promise<Map<RootfsPath, Claim>> {
  const infoDirectory = reader.resolve(joinPath(database.directory, 'info')) ?? database.directory;
  const claims = claimDatabase(scan, database, infoDirectory);
  const find = createFindEntry(scan, reader);
  const readList = createListReader(reader, infoDirectory);
  const warnings = limitWarnings(reporter, 'packages without a file list');
  for (const [index, dpkgPackage] of installedFirst(database.packages).entries()) {
    if (index % PACKAGES_A_TURN === 0) await setImmediate();
    signal.throwIfAborted();
    const list = readList(dpkgPackage);
    const component = database.componentOfSource.get(dpkgPackage.sourceName);
    if (list === undefined) warnings.warn(`the dpkg package ${dpkgPackage.name} has no file list`);
    if (list === undefined || component === undefined) continue;
    const divert = (path: RootfsPath): RootfsPath => database.divert(path, dpkgPackage.name);
    claimList(claims, { list, component, divert, find });
  }
  warnings.finish();
  return claims;
}

/** How many lists are read between two looks at signals and timers. */
const PACKAGES_A_TURN = 64;
const MAX_LISTS_BYTES = 512 * 1024 * 1024;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;

interface PackageList {
  readonly list: string;
  readonly component: number;
  readonly divert: (path: RootfsPath) => RootfsPath;
  readonly find: FindEntry;
}

function claimList(claims: Map<RootfsPath, Claim>, { list, component, divert, find }: PackageList): void {
  const paths = list
    .split('\n')
    .filter((line) => line.startsWith('/') && line.length <= MAX_PATH_BYTES)
    .map(rootfsPath);
  const directories = new Set(paths.map(parentPath));
  for (const path of paths) {
    const entry = find(divert(path));
    if (entry === undefined || claims.has(entry.path)) continue;
    if (directories.has(path) && entry.kind !== 'directory') continue;
    claims.set(entry.path, { component, strength: 'strong' });
  }
}

function claimDatabase(
  scan: Scan,
  database: DpkgDatabase,
  infoDirectory: RootfsPath,
): Map<RootfsPath, Claim> {
  const componentOfStem = new Map<string, number>();
  for (const dpkgPackage of database.packages) {
    const component = database.componentOfSource.get(dpkgPackage.sourceName);
    if (component === undefined) continue;
    for (const stem of listStems(dpkgPackage)) componentOfStem.set(stem, component);
  }
  const claims = new Map<RootfsPath, Claim>();
  for (const { path } of scan.entries) {
    if (!path.startsWith(`${database.directory}/`) && !path.startsWith(`${infoDirectory}/`)) continue;
    const stem = parentPath(path) === infoDirectory ? infoStem(baseName(path)) : undefined;
    const owner = stem === undefined ? undefined : componentOfStem.get(stem);
    claims.set(path, { component: owner ?? database.databaseComponent, strength: 'strong' });
  }
  return claims;
}

/** `libc6:amd64` of `libc6:amd64.postinst`: names of packages may hold dots, kinds of files do not. */
function infoStem(fileName: string): string | undefined {
  const dot = fileName.lastIndexOf('.');
  return dot < 0 ? undefined : fileName.slice(0, dot);
}

function createListReader(
  reader: RootfsReader,
  infoDirectory: RootfsPath,
): (dpkgPackage: DpkgPackage) => string | undefined {
  let remainingBytes = MAX_LISTS_BYTES;
  return (dpkgPackage) => {
    for (const stem of listStems(dpkgPackage)) {
      const content = reader.readFile(joinPath(infoDirectory, `${stem}.list`), remainingBytes);
      if (content === undefined) continue;
      remainingBytes -= content.length;
      return content.toString('latin1');
    }
    return undefined;
  };
}

/** The likelier one first; databases from before multi-arch qualify no name. */
function listStems({ name, architecture, multiArchSame }: DpkgPackage): readonly string[] {
  const qualified = `${name}:${architecture}`;
  return multiArchSame ? [qualified, name] : [name, qualified];
}

function installedFirst(packages: readonly DpkgPackage[]): readonly DpkgPackage[] {
  return [
    ...packages.filter(({ installed }) => installed),
    ...packages.filter(({ installed }) => !installed),
  ];
}
