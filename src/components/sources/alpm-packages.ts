import { compareByteOrder } from '../../model/byte-order.ts';
import type { SourceInput } from '../../model/component.ts';
import { LayahError } from '../../model/errors.ts';
import {
  displayBytes,
  displayPath,
  joinPath,
  parentPath,
  rootfsPath,
  type RootfsPath,
} from '../../model/rootfs-path.ts';
import { parsePacmanConfig } from './alpm-config.ts';
import { parseAlpmDesc, type AlpmDesc } from './alpm-desc.ts';
import { chooseDatabase, type ReadDatabaseFile } from './database-reader.ts';
import type { LimitedWarnings } from './limited-warnings.ts';

/** An installed package and where the database keeps its files. */
export interface AlpmPackage extends AlpmDesc {
  /** With every symlink resolved. */
  readonly directory: RootfsPath;
}

export interface PacmanDatabase {
  readonly directory: RootfsPath;
  /** The directory in it that has one for each package, with every symlink resolved. */
  readonly local: RootfsPath;
  /** By base and name in byte order. */
  readonly packages: readonly AlpmPackage[];
}

/**
 * The DBPath of etc/pacman.conf, or pacman's default: the first that has packages.
 * @throws LayahError `bad-database` when neither has, and something there or etc/pacman.conf cannot be used.
 */
export async function findPacmanDatabase(
  input: SourceInput,
  reading: AlpmReading,
): Promise<PacmanDatabase | undefined> {
  return await chooseDatabase({
    places: [() => readDatabasePath(input), () => DEFAULT_DATABASE],
    read: (place) => {
      const directory = place();
      return directory === undefined ? undefined : readDatabase(input, directory, reading);
    },
    hasPackages: ({ packages }) => packages.length > 0,
    reporter: input.reporter,
  });
}

const PACMAN_CONFIG = rootfsPath('etc/pacman.conf');
const DEFAULT_DATABASE = rootfsPath('var/lib/pacman');
const MAX_CONFIG_BYTES = 1024 * 1024;

function readDatabasePath({ reader, reporter }: SourceInput): RootfsPath | undefined {
  const config = reader.readFile(PACMAN_CONFIG, MAX_CONFIG_BYTES);
  const { databasePath, includes } = parsePacmanConfig(config?.toString('latin1') ?? '');
  for (const include of includes) {
    reporter.debug(`/etc/pacman.conf includes ${displayBytes(include)}, where no DBPath is looked for`);
  }
  return databasePath === undefined ? undefined : rootfsPath(databasePath);
}

function readDatabase(
  input: SourceInput,
  directory: RootfsPath,
  reading: AlpmReading,
): PacmanDatabase | undefined {
  const local = input.reader.resolve(joinPath(directory, 'local'));
  if (local === undefined) return undefined;
  if (!input.scan.byPath.has(local)) {
    const shown = displayPath(local);
    input.reporter.warn(`the packages of pacman are not known, because ${shown} is left out of the image`);
    return undefined;
  }
  return { directory, local, packages: readPackages(input, local, reading) };
}

export interface AlpmReading {
  readonly readDatabaseFile: ReadDatabaseFile;
  readonly warnings: LimitedWarnings;
}

/** @throws LayahError `bad-database` when none of them can be used. */
function readPackages(
  { scan }: SourceInput,
  local: RootfsPath,
  { readDatabaseFile, warnings }: AlpmReading,
): readonly AlpmPackage[] {
  const directories = scan.entries
    .filter(({ kind, path }) => kind === 'directory' && path !== '' && parentPath(path) === local)
    .map(({ path }) => path);
  const packages: AlpmPackage[] = [];
  for (const directory of directories) {
    const desc = readDatabaseFile(joinPath(directory, 'desc'), MAX_DESC_BYTES);
    const parsed = parseAlpmDesc(desc?.toString('latin1') ?? '');
    if (parsed !== undefined) packages.push({ ...parsed, directory });
    else warnings.warn(`${displayPath(joinPath(directory, 'desc'))} names no package`);
  }
  const [first] = directories;
  if (packages.length === 0 && first !== undefined) throw noPackages(local, first);
  return packages.sort(byBaseAndName);
}

const MAX_DESC_BYTES = 1024 * 1024;

function byBaseAndName(left: AlpmPackage, right: AlpmPackage): number {
  return compareByteOrder(left.base, right.base) || compareByteOrder(left.name, right.name);
}

function noPackages(local: RootfsPath, first: RootfsPath): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `${displayPath(local)} holds no package; ${displayPath(first)} has no usable desc`,
    hint: 'Does `pacman -Q` work inside the root filesystem?',
  });
}
