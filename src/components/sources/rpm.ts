/*
 * The rpm database. A component `rpm/<source package>` holds the files of all its binary packages.
 *
 * - A file in the state "normal" is claimed strongly. One that another package replaced, that was left out on
 *   installing (documentation) or that another architecture won is not claimed.
 * - A ghost (%ghost: a log, a cache, the database itself) is not what the package shipped, so its claim is weak.
 * - Two packages with the same file: the first by component name, then by package name, in byte order.
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
import { displayBytes, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { groupBy } from './group-by.ts';
import { findRpmDatabase, withRpmDatabaseCopy, type RpmDatabase } from './rpm-database.ts';
import type { RpmFile, RpmPackage } from './rpm-query.ts';
import { queryRpm } from './run-rpm.ts';
import { createFindEntry, type FindEntry } from './tree-entries.ts';

export const rpmSource: ComponentSource = { name: 'rpm', load: loadRpm };

/**
 * @returns undefined when the tree has no rpm database.
 * @throws LayahError `missing-program` without `rpm`, `bad-database` when it cannot read the database.
 */
async function loadRpm({ scan, reader, reporter, signal }: SourceInput): Promise<SourceClaims | undefined> {
  const database = findRpmDatabase(reader);
  if (database === undefined) return undefined;
  const packages = await withRpmDatabaseCopy(reader, database, (copyDirectory) =>
    queryRpm({ database, copyDirectory, reporter, signal }),
  );
  return claimRpmFiles(packages, database, { scan, find: createFindEntry(scan, reader) });
}

export interface RpmTree {
  readonly scan: Scan;
  readonly find: FindEntry;
}

export function claimRpmFiles(
  allPackages: readonly RpmPackage[],
  database: RpmDatabase,
  { scan, find }: RpmTree,
): SourceClaims {
  // Keys that rpm trusts are kept in the shape of packages.
  const packages = allPackages.filter(({ name }) => name !== 'gpg-pubkey');
  const bySource = groupBy(packages, componentName);
  const components = [...bySource.keys()].sort(compareByteOrder);
  const claims = claimDatabase(scan, database, components.length);
  for (const [component, name] of components.entries()) {
    for (const rpmPackage of (bySource.get(name) ?? []).toSorted(byName)) {
      claimFiles(claims, rpmPackage.files, { component, find });
    }
  }
  return {
    source: 'rpm',
    packageCount: packages.length,
    components: [
      ...components.map((name) => sourceComponent(name, bySource.get(name) ?? [])),
      DATABASE_COMPONENT,
    ],
    claims,
  };
}

const DATABASE_COMPONENT: ComponentInfo = {
  name: 'rpm/database',
  mtimeClampSeconds: undefined,
  updateTimesSeconds: [],
  updateIntervalDays: undefined,
  changesEveryBuild: true,
};

function componentName({ name, sourceRpm }: RpmPackage): string {
  return `rpm/${displayBytes(sourceRpmName(sourceRpm) ?? name).slice(0, MAX_NAME_LENGTH)}`;
}

const MAX_NAME_LENGTH = 255;

/** `python-foo` of `python-foo-1.0-2.fc40.src.rpm`: neither a version nor a release may hold a hyphen. */
export function sourceRpmName(sourceRpm: string | undefined): string | undefined {
  const stem = sourceRpm?.replace(/\.(?:no)?src\.rpm$/, '') ?? '';
  const version = stem.lastIndexOf('-', stem.lastIndexOf('-') - 1);
  return version > 0 ? stem.slice(0, version) : undefined;
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

function claimFiles(
  claims: Map<RootfsPath, Claim>,
  files: readonly RpmFile[],
  { component, find }: { readonly component: number; readonly find: FindEntry },
): void {
  for (const file of files) {
    if ((file.state ?? NORMAL_STATE) !== NORMAL_STATE) continue;
    const entry = find(rootfsPath(file.name));
    if (entry === undefined || !isSameKind(file, entry)) continue;
    const strength = (file.flags & GHOST_FLAG) === 0 ? 'strong' : 'weak';
    const known = claims.get(entry.path);
    if (known === undefined || (known.strength === 'weak' && strength === 'strong')) {
      claims.set(entry.path, { component, strength });
    }
  }
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
    mtimeClampSeconds: buildTimes.length === 0 ? undefined : buildTimes.reduce((a, b) => Math.max(a, b)),
    updateTimesSeconds: [...new Set([...buildTimes, ...changelogTimes])].sort((left, right) => right - left),
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}

function byName(left: RpmPackage, right: RpmPackage): number {
  return compareByteOrder(left.name, right.name);
}
