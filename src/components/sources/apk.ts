/*
 * Alpine's package database. A component `apk/<origin>` holds the files of all packages that were built from one
 * recipe; the database itself is the component `apk/database`.
 *
 * - apk moves a file from one record to another when the second package takes it over, so two records with one file
 *   are rare (forced overwriting, a merge of /lib into /usr/lib, other programs that write the database). As with apk,
 *   a package that replaces the other has it, and the higher priority where they replace each other. Otherwise the
 *   later record has it: the file on disk is the one that was unpacked last.
 * - An empty directory belongs to the package with the highest priority, among equals to the first by name.
 * - Moved files are not looked for: the database records SHA-1 digests but no sizes, so that every unclaimed file of
 *   an application would have to be read.
 */
import { setImmediate } from 'node:timers/promises';
import { compareByteOrder } from '../../model/byte-order.ts';
import type { ComponentSource, SourceClaims, SourceInput } from '../../model/component.ts';
import { LayahError } from '../../model/errors.ts';
import { displayPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { parseApkDatabase, type ApkPackage, type ApkProblem } from './apk-database.ts';
import {
  buildTimeComponent,
  claimDatabaseFiles,
  componentName,
  databaseComponent,
} from './database-components.ts';
import { chooseDatabase } from './database-reader.ts';
import { groupBy } from './group-by.ts';
import { limitWarnings } from './limited-warnings.ts';
import { createFindEntry } from './tree-entries.ts';

export const apkSource: ComponentSource = { name: 'apk', load: loadApk };

/** The first is where apk 3 keeps it once /lib is merged into /usr, and wins where both are there. */
const INSTALLED_FILES = ['usr/lib/apk/db/installed', 'lib/apk/db/installed'].map(rootfsPath);

/** `world` names what was asked for; scripts run from `exec`; `cache` has the indexes of the repositories. */
const DATABASE_PATHS = [
  'lib/apk/db',
  'lib/apk/exec',
  'usr/lib/apk/db',
  'usr/lib/apk/exec',
  'etc/apk/world',
  'var/cache/apk',
  'var/log/apk.log',
].map(rootfsPath);

const MAX_INSTALLED_BYTES = 128 * 1024 * 1024;

/**
 * @returns undefined when the tree has no file `installed`.
 * @throws LayahError `bad-database` when that is no regular file, absurdly large, or holds no package but other text.
 */
async function loadApk(input: SourceInput): Promise<SourceClaims | undefined> {
  const packages = await chooseDatabase({
    places: INSTALLED_FILES,
    read: (path) => readPackages(input, path),
    hasPackages: ({ length }) => length > 0,
    reporter: input.reporter,
  });
  if (packages === undefined) return undefined;
  const byComponent = groupBy(packages, componentOfPackage);
  const names = [...byComponent.keys()].sort(compareByteOrder);
  const claims = claimDatabaseFiles(input, DATABASE_PATHS, names.length);
  const componentOf = new Map(names.map((name, component) => [name, component]));
  for (const [path, owner] of await findOwners(input, packages)) {
    const component = componentOf.get(componentOfPackage(owner));
    if (component !== undefined && !claims.has(path)) claims.set(path, { component, strength: 'strong' });
  }
  return {
    source: 'apk',
    packageCount: packages.length,
    components: [
      ...names.map((name) => buildTimeComponent(name, byComponent.get(name) ?? [])),
      databaseComponent('apk/database'),
    ],
    claims,
  };
}

function readPackages(
  { reader, reporter }: SourceInput,
  path: RootfsPath,
): readonly ApkPackage[] | undefined {
  const content = reader.readFile(path, MAX_INSTALLED_BYTES);
  if (content === undefined) return undefined;
  const { packages, problems } = parseApkDatabase(content.toString('latin1'));
  if (packages.length === 0 && problems[0] !== undefined) throw badDatabase(path, problems[0]);
  const warnings = limitWarnings(reporter, displayPath(path));
  for (const { lineNumber, what } of problems) {
    warnings.warn(`line ${lineNumber} of ${displayPath(path)}: ${what}`);
  }
  warnings.finish();
  return packages;
}

function componentOfPackage({ origin, name }: ApkPackage): string {
  return componentName('apk', origin ?? name);
}

/** How many packages are looked up between two looks at signals and timers. */
const PACKAGES_A_TURN = 64;

/** The packages of all entries that the database lists. */
async function findOwners(
  { scan, reader, signal }: SourceInput,
  packages: readonly ApkPackage[],
): Promise<Map<RootfsPath, ApkPackage>> {
  const find = createFindEntry(scan, reader);
  const owners = new Map<RootfsPath, ApkPackage>();
  for (const [index, challenger] of packages.entries()) {
    if (index % PACKAGES_A_TURN === 0) await setImmediate();
    signal.throwIfAborted();
    for (const path of challenger.directories) {
      const entry = find(path);
      if (entry?.kind !== 'directory') continue;
      const owner = owners.get(entry.path);
      if (owner === undefined || takesDirectory(challenger, owner)) owners.set(entry.path, challenger);
    }
    for (const path of challenger.files) {
      const entry = find(path);
      if (entry === undefined || entry.kind === 'directory') continue;
      const owner = owners.get(entry.path);
      if (owner === undefined || takesFile(challenger, owner)) owners.set(entry.path, challenger);
    }
  }
  return owners;
}

function takesDirectory(challenger: ApkPackage, owner: ApkPackage): boolean {
  if (challenger.replacesPriority !== owner.replacesPriority) {
    return challenger.replacesPriority > owner.replacesPriority;
  }
  return compareByteOrder(challenger.name, owner.name) < 0;
}

function takesFile(challenger: ApkPackage, owner: ApkPackage): boolean {
  return priorityOver(challenger, owner) >= priorityOver(owner, challenger);
}

function priorityOver(left: ApkPackage, right: ApkPackage): number {
  return left.replaces.has(right.name) ? left.replacesPriority : -1;
}

function badDatabase(path: RootfsPath, { lineNumber, what }: ApkProblem): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `${displayPath(path)} holds no package; line ${lineNumber}: ${what}`,
    hint: 'Does `apk info` work inside the root filesystem?',
  });
}
