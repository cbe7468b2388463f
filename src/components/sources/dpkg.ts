import type {
  Claim,
  ComponentInfo,
  ComponentSource,
  SourceClaims,
  SourceInput,
} from '../../model/component.ts';
import { baseName, joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { claimDatabaseFiles, databaseComponent, joinVersions } from './database-components.ts';
import { unlessUnusable } from './database-reader.ts';
import { claimAlternatives } from './dpkg-alternatives.ts';
import { readDpkgChangelogs, type SourceHistory } from './dpkg-changelogs.ts';
import {
  DPKG_DIRECTORIES,
  findDpkgDatabase,
  STATUS_LIST_SUFFIX,
  type DpkgDatabase,
} from './dpkg-database.ts';
import { parseDpkgDiversions, type DivertPath } from './dpkg-diversions.ts';
import { findDpkgOwners, type DpkgFiles } from './dpkg-files.ts';
import { infoStems } from './dpkg-lists.ts';
import type { DpkgPackage } from './dpkg-status.ts';
import { groupBy } from './group-by.ts';
import { claimMovedDpkgFiles } from './dpkg-moved.ts';
import { claimGeneratedFiles, claimPackageState } from './dpkg-state.ts';

/**
 * Debian's package database. A component `dpkg/<source package>` holds the files of all its binary packages.
 *
 * - info/PACKAGE.* (scripts, md5sums...) come with the package and belong to it, and so do its files in status.d. Its
 *   list too: dpkg writes it again when another package takes over a file, which is rare enough.
 * - The rest of the database is the component `dpkg/database`.
 * - Weak claims, in this order: links of alternatives; what packages generate, and the state of the package manager
 *   (dpkg-state.ts); files that were moved.
 */
export const dpkgSource: ComponentSource = { name: 'dpkg', load: loadDpkg };

const MAX_DIVERSIONS_BYTES = 4 * 1024 * 1024;

/**
 * @returns undefined when the tree has neither a file status nor a status.d.
 * @throws LayahError `bad-database` when no status can be used, or the lists are absurdly large.
 */
async function loadDpkg(input: SourceInput): Promise<SourceClaims | undefined> {
  const database = await findDpkgDatabase(input);
  if (database === undefined) return undefined;
  const { directory, packages } = database;
  const divert = readDiversions(input, directory);
  const sourceNames = [...new Set(packages.map(({ sourceName }) => sourceName))].sort();
  const componentOfSource = new Map(sourceNames.map((name, index) => [name, index]));
  const files = await findDpkgOwners(input, database, divert);
  const { claims, stateNames } = await claimAll(input, { database, componentOfSource, files });
  const histories = await readDpkgChangelogs(input, packages);
  const versions = versionsOf(packages);
  return {
    source: 'dpkg',
    packageCount: packages.filter(({ installed }) => installed).length,
    components: [
      ...sourceNames.map((name) => sourceComponent(name, histories.get(name), versions.get(name) ?? [])),
      databaseComponent('dpkg/database'),
      ...stateNames.map(databaseComponent),
    ],
    claims,
  };
}

function readDiversions({ reader, reporter }: SourceInput, directory: RootfsPath): DivertPath {
  const path = joinPath(directory, 'diversions');
  const divert = unlessUnusable(
    () => parseDpkgDiversions(reader.readFile(path, MAX_DIVERSIONS_BYTES)?.toString('latin1') ?? '', path),
    ({ message }) => reporter.warn(`the diversions of dpkg are not used: ${message}`),
  );
  return divert ?? parseDpkgDiversions('', path);
}

interface DpkgComponents {
  readonly database: DpkgDatabase;
  readonly componentOfSource: ReadonlyMap<string, number>;
  readonly files: DpkgFiles;
}

interface AllClaims {
  readonly claims: ReadonlyMap<RootfsPath, Claim>;
  /** Of the components behind the one of the database. */
  readonly stateNames: readonly string[];
}

async function claimAll(input: SourceInput, known: DpkgComponents): Promise<AllClaims> {
  const { database, componentOfSource, files } = known;
  const claims = claimDatabase(input, known);
  for (const [path, { sourceName }] of files.owners) {
    const component = componentOfSource.get(sourceName);
    if (component !== undefined && !claims.has(path)) claims.set(path, { component, strength: 'strong' });
  }
  const add = (weak: ReadonlyMap<RootfsPath, Claim>): void => {
    for (const [path, claim] of weak) claims.set(path, claim);
  };
  add(claimAlternatives(input, database.directory, claims));
  const componentOfPackage = new Map(
    database.packages.map(({ name, sourceName }) => [name, componentOfSource.get(sourceName) ?? 0]),
  );
  add(claimGeneratedFiles(input, claims, componentOfPackage));
  const state = claimPackageState(input, claims, componentOfSource.size + 1);
  add(state.claims);
  add(await claimMovedDpkgFiles(input, { missing: files.missing, claims, componentOfSource }));
  return { claims, stateNames: state.componentNames };
}

function claimDatabase(
  input: SourceInput,
  { database, componentOfSource }: DpkgComponents,
): Map<RootfsPath, Claim> {
  const infoPath = joinPath(database.directory, 'info');
  const infoDirectory = input.reader.resolve(infoPath);
  const componentOfStem = new Map<string, number>();
  const componentOfStatusFile = new Map<RootfsPath, number>();
  for (const listed of database.packages) {
    const component = componentOfSource.get(listed.sourceName);
    if (component === undefined) continue;
    for (const stem of infoStems(listed)) componentOfStem.set(stem, component);
    const { statusFile } = listed;
    if (statusFile === undefined) continue;
    componentOfStatusFile.set(statusFile, component);
    componentOfStatusFile.set(rootfsPath(`${statusFile}${STATUS_LIST_SUFFIX}`), component);
  }
  const claims = claimDatabaseFiles(input, [...DPKG_DIRECTORIES, infoPath], componentOfSource.size);
  for (const path of claims.keys()) {
    const stem = parentPath(path) === infoDirectory ? infoStem(baseName(path)) : undefined;
    const component =
      componentOfStatusFile.get(path) ?? (stem === undefined ? undefined : componentOfStem.get(stem));
    if (component !== undefined) claims.set(path, { component, strength: 'strong' });
  }
  return claims;
}

/** `libc6:amd64` of `libc6:amd64.postinst`: names of packages may hold dots, kinds of files do not. */
function infoStem(fileName: string): string | undefined {
  const dot = fileName.lastIndexOf('.');
  return dot < 0 ? undefined : fileName.slice(0, dot);
}

/** Binaries of one source package may have versions of their own; only a rebuild tells `1.0-1+b1` from `1.0-1`. */
const MAX_BINARY_VERSIONS = 2;

/** By source package; packages that were removed have none. */
function versionsOf(packages: readonly DpkgPackage[]): ReadonlyMap<string, readonly string[]> {
  const installed = packages.filter((each) => each.installed);
  const bySource = groupBy(installed, ({ sourceName }) => sourceName);
  return new Map(
    [...bySource].map(([name, binaries]) => {
      const versions = [...new Set(binaries.map(({ version }) => version))];
      const areFew = versions.length <= MAX_BINARY_VERSIONS;
      return [name, areFew ? versions : binaries.map(({ sourceVersion }) => sourceVersion)];
    }),
  );
}

function sourceComponent(
  name: string,
  history: SourceHistory | undefined,
  versions: readonly string[],
): ComponentInfo {
  return {
    name: `dpkg/${name}`,
    ...joinVersions(versions),
    mtimeClampSeconds: history?.releaseTimeSeconds,
    updateTimesSeconds: history?.updateTimesSeconds ?? [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}
