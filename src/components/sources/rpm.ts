/*
 * The rpm database. A component `rpm/<source package>` holds the files of all its binary packages.
 *
 * - A file in the state "normal" is claimed strongly. One that another package replaced, that was left out on
 *   installing (documentation) or that another architecture won is not claimed.
 * - A ghost (%ghost: a log, a cache, the database itself) is not what the package shipped, so its claim is weak.
 * - Packages may share a file when its content is the same: the first by component name, then by package name, in byte
 *   order, has it. What is installed for two architectures is one component.
 * - A regular file that is not at its place is looked for by the size and digest that the database has of it.
 * - The directory of the database is the component `rpm/database`.
 */
import { compareByteOrder } from '../../model/byte-order.ts';
import type {
  Claim,
  ComponentInfo,
  ComponentSource,
  SourceClaims,
  SourceInput,
} from '../../model/component.ts';
import type { Entry, Scan } from '../../model/entry.ts';
import { rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { DigestAlgorithm } from '../../model/rootfs-reader.ts';
import { componentName, databaseComponent, joinVersions } from './database-components.ts';
import { chooseDatabase } from './database-reader.ts';
import { groupBy } from './group-by.ts';
import { reclaimMovedFiles, type MissingFile } from './moved-files.ts';
import { readNdbPackages } from './rpm-ndb-packages.ts';
import { findRpmDatabases, withRpmDatabaseCopy, type RpmDatabase } from './rpm-database.ts';
import type { RpmFile, RpmPackage } from './rpm-package.ts';
import { queryRpm } from './run-rpm.ts';
import { createFindEntry, type FindEntry } from './tree-entries.ts';

export const rpmSource: ComponentSource = { name: 'rpm', load: loadRpm };

/**
 * @returns undefined when the tree has no rpm database.
 * @throws LayahError `missing-program` without `rpm`, `bad-database` when it cannot read the database.
 */
async function loadRpm(input: SourceInput): Promise<SourceClaims | undefined> {
  const { scan, reader, reporter } = input;
  const loaded = await chooseDatabase({
    places: findRpmDatabases(reader),
    read: (database) => readPackages(input, database),
    hasPackages: ({ packages }) => packages.length > 0,
    reporter,
  });
  if (loaded === undefined) return undefined;
  const { missing, ...claimed } = claimRpmFiles(loaded.packages, loaded.database, {
    scan,
    find: createFindEntry(scan, reader),
  });
  const moved = await reclaimMovedFiles(input, { missing, claims: claimed.claims });
  return { ...claimed, claims: new Map([...claimed.claims, ...moved]) };
}

interface LoadedDatabase {
  readonly database: RpmDatabase;
  readonly packages: readonly RpmPackage[];
}

async function readPackages(
  { reader, reporter, signal }: SourceInput,
  database: RpmDatabase,
): Promise<LoadedDatabase> {
  const read = database.backend === 'ndb' ? readNdbPackages : queryRpm;
  const packages = await withRpmDatabaseCopy(reader, database, (copyDirectory) =>
    read({ database, copyDirectory, reporter, signal }),
  );
  return { database, packages };
}

export interface RpmTree {
  readonly scan: Scan;
  readonly find: FindEntry;
}

export interface ClaimedRpmFiles extends SourceClaims {
  /** Regular files that are not at their place. */
  readonly missing: readonly MissingFile[];
}

export function claimRpmFiles(
  allPackages: readonly RpmPackage[],
  database: RpmDatabase,
  { scan, find }: RpmTree,
): ClaimedRpmFiles {
  // Keys that rpm trusts are kept in the shape of packages.
  const packages = allPackages.filter(({ name }) => name !== 'gpg-pubkey');
  const bySource = groupBy(packages, ({ name, sourceRpm }) =>
    componentName('rpm', sourceRpmName(sourceRpm) ?? name),
  );
  const components = [...bySource.keys()].sort(compareByteOrder);
  const claims = claimDatabase(scan, database, components.length);
  const missing: MissingFile[] = [];
  for (const [component, name] of components.entries()) {
    for (const rpmPackage of (bySource.get(name) ?? []).toSorted(byName)) {
      claimFiles({ claims, missing, component, find }, rpmPackage);
    }
  }
  return {
    source: 'rpm',
    packageCount: packages.length,
    components: [
      ...components.map((name) => sourceComponent(name, bySource.get(name) ?? [])),
      databaseComponent('rpm/database'),
    ],
    claims,
    missing,
  };
}

/** `python-foo` of `python-foo-1.0-2.fc40.src.rpm`: neither a version nor a release may hold a hyphen. */
export function sourceRpmName(sourceRpm: string | undefined): string | undefined {
  const stem = sourceRpm?.replace(/\.(?:no)?src\.rpm$/, '') ?? '';
  const version = stem.lastIndexOf('-', stem.lastIndexOf('-') - 1);
  return version > 0 ? stem.slice(0, version) : undefined;
}

/** `1.0-2.fc40` of it. */
function sourceRpmVersion(sourceRpm: string | undefined): string | undefined {
  const name = sourceRpmName(sourceRpm);
  return name === undefined ? undefined : sourceRpm?.slice(name.length + 1).replace(/\.(?:no)?src\.rpm$/, '');
}

function claimDatabase(scan: Scan, { directory }: RpmDatabase, component: number): Map<RootfsPath, Claim> {
  const below = scan.entries.filter(({ path }) => path.startsWith(`${directory}/`));
  return new Map(below.map(({ path }): [RootfsPath, Claim] => [path, { component, strength: 'strong' }]));
}

/** rpmfileAttrs RPMFILE_GHOST. */
const GHOST_FLAG = 1 << 6;
/** rpmfileState RPMFILE_STATE_NORMAL. */
const NORMAL_STATE = 0;
const FILE_TYPE_MASK = 0o170000;
const DIRECTORY_TYPE = 0o040000;
const REGULAR_TYPE = 0o100000;

/** What a package adds to. */
interface Claiming {
  readonly claims: Map<RootfsPath, Claim>;
  readonly missing: MissingFile[];
  readonly component: number;
  readonly find: FindEntry;
}

function claimFiles({ claims, missing, component, find }: Claiming, rpmPackage: RpmPackage): void {
  for (const file of rpmPackage.files) {
    if ((file.state ?? NORMAL_STATE) !== NORMAL_STATE) continue;
    const entry = find(rootfsPath(file.name));
    const isGhost = (file.flags & GHOST_FLAG) !== 0;
    if (!isGhost && entry?.kind !== 'file') missing.push(...missingFile(file, rpmPackage, component));
    if (entry === undefined || !isSameKind(file, entry)) continue;
    const strength = isGhost ? 'weak' : 'strong';
    const known = claims.get(entry.path);
    if (known === undefined || (known.strength === 'weak' && strength === 'strong')) {
      claims.set(entry.path, { component, strength });
    }
  }
}

/** By their numbers in RFC 4880, as far as they are in use; headers of before 2009 name none. */
const DIGEST_ALGORITHMS: ReadonlyMap<number | undefined, DigestAlgorithm> = new Map([
  [undefined, 'md5'],
  [1, 'md5'],
  [2, 'sha1'],
  [8, 'sha256'],
]);

/** None or one. */
function missingFile(
  { mode, sizeBytes, digestHex }: RpmFile,
  { digestAlgorithm }: RpmPackage,
  component: number,
): MissingFile[] {
  const algorithm = DIGEST_ALGORITHMS.get(digestAlgorithm);
  if ((mode & FILE_TYPE_MASK) !== REGULAR_TYPE) return [];
  if (algorithm === undefined || sizeBytes === undefined || digestHex === undefined) return [];
  return [{ sizeBytes, algorithm, digestHex, component }];
}

/** A directory of a package can be a symlink in the tree; that is not what the package owns. */
function isSameKind({ mode }: RpmFile, entry: Entry): boolean {
  const type = mode & FILE_TYPE_MASK;
  return type === 0 || (type === DIRECTORY_TYPE) === (entry.kind === 'directory');
}

function sourceComponent(name: string, packages: readonly RpmPackage[]): ComponentInfo {
  const buildTimes = packages.flatMap(({ buildTimeSeconds }) => buildTimeSeconds ?? []);
  const changelogTimes = packages.flatMap(({ changelogTimesSeconds }) => changelogTimesSeconds);
  return {
    name,
    ...joinVersions(packages.map(({ sourceRpm }) => sourceRpmVersion(sourceRpm))),
    mtimeClampSeconds: buildTimes.length === 0 ? undefined : buildTimes.reduce((a, b) => Math.max(a, b)),
    updateTimesSeconds: [...new Set([...buildTimes, ...changelogTimes])].sort((left, right) => right - left),
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}

function byName(left: RpmPackage, right: RpmPackage): number {
  return compareByteOrder(left.name, right.name);
}
