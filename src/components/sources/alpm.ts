/*
 * The database of pacman (Arch Linux and its relatives). A component `alpm/<base>` holds the files of all packages
 * that were built from one PKGBUILD; the database is the component `alpm/database`.
 *
 * - A list names every parent directory, with a trailing slash; of those only empty ones are ever assigned.
 * - pacman refuses two packages with one file unless it is told to overwrite: then the first by base and name, in byte
 *   order, has it.
 * - local/PACKAGE/files, mtree, install and changelog come with the package and belong to it. desc belongs to the
 *   database: it holds the time of the installation, so that the package's layer would change in every build.
 * - Files that are missing at their place are looked for by the size and digest that the package's mtree has of them.
 */
import { compareByteOrder } from '../../model/byte-order.ts';
import type { Claim, ComponentSource, SourceClaims, SourceInput } from '../../model/component.ts';
import { baseName, joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { findAlpmFiles, type AlpmMember } from './alpm-files.ts';
import { findPacmanDatabase, type AlpmReading, type PacmanDatabase } from './alpm-packages.ts';
import {
  buildTimeComponent,
  claimDatabaseFiles,
  componentName,
  databaseComponent,
} from './database-components.ts';
import { createDatabaseReader } from './database-reader.ts';
import { groupBy } from './group-by.ts';
import { limitWarnings } from './limited-warnings.ts';
import { reclaimMovedFiles } from './moved-files.ts';

export const alpmSource: ComponentSource = { name: 'alpm', load: loadAlpm };

/** `sync` has what the repositories offer. */
const DATABASE_NAMES = ['local', 'sync', 'db.lck'];
const LOG = rootfsPath('var/log/pacman.log');
const MAX_DATABASE_BYTES = 512 * 1024 * 1024;

/**
 * @returns undefined when the tree has no pacman database, or an empty one.
 * @throws LayahError `bad-database` when no package in it can be used.
 */
async function loadAlpm(input: SourceInput): Promise<SourceClaims | undefined> {
  const { reader, reporter } = input;
  const warnings = limitWarnings(reporter, 'the pacman database');
  const reading = {
    readDatabaseFile: createDatabaseReader(reader, warnings, MAX_DATABASE_BYTES),
    warnings,
  };
  const database = await findPacmanDatabase(input, reading);
  if (database === undefined || database.packages.length === 0) return undefined;
  const claims = await claimAlpm(input, database, reading);
  warnings.finish();
  return claims;
}

async function claimAlpm(
  input: SourceInput,
  { directory, packages }: PacmanDatabase,
  reading: AlpmReading,
): Promise<SourceClaims> {
  const byComponent = groupBy(packages, ({ base }) => componentName('alpm', base));
  const names = [...byComponent.keys()].sort(compareByteOrder);
  const members = names.flatMap((name, component) =>
    (byComponent.get(name) ?? []).map((alpmPackage) => ({ alpmPackage, component })),
  );
  const databasePaths = [...DATABASE_NAMES.map((name) => joinPath(directory, name)), LOG];
  const { claims, missing } = await findAlpmFiles(input, reading, members);
  const add = (more: ReadonlyMap<RootfsPath, Claim>): void => {
    for (const [path, claim] of more) claims.set(path, claim);
  };
  add(claimDatabaseFiles(input, databasePaths, names.length));
  add(claimPackageDirectories(input, members));
  add(await reclaimMovedFiles(input, { missing, claims }));
  return {
    source: 'alpm',
    packageCount: packages.length,
    components: [
      ...names.map((name) => buildTimeComponent(name, byComponent.get(name) ?? [])),
      databaseComponent('alpm/database'),
    ],
    claims,
  };
}

/** Has %INSTALLDATE% and %REASON%, and belongs to the database therefore. */
const INSTALLATION_FILE = 'desc';

function claimPackageDirectories(
  { scan }: SourceInput,
  members: readonly AlpmMember[],
): Map<RootfsPath, Claim> {
  const componentOf = new Map(
    members.map(({ alpmPackage, component }) => [alpmPackage.directory, component]),
  );
  const claims = new Map<RootfsPath, Claim>();
  for (const { path } of scan.entries) {
    const component = componentOf.get(parentPath(path));
    if (component === undefined || baseName(path) === INSTALLATION_FILE) continue;
    claims.set(path, { component, strength: 'strong' });
  }
  return claims;
}
