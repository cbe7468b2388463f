import type { SourceInput } from '../../model/component.ts';
import { LayahError } from '../../model/errors.ts';
import { joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { createDatabaseReader } from './database-reader.ts';
import { packageKey, parseDpkgStatus, type DpkgPackage } from './dpkg-status.ts';
import { limitWarnings } from './limited-warnings.ts';

export interface DpkgDatabase {
  /** With every symlink resolved. */
  readonly directory: RootfsPath;
  /** By name and architecture in byte order. */
  readonly packages: readonly DpkgPackage[];
}

/** Where it is, and where images keep it whose /var is not part of the system; one may be a link to the other. */
export const DPKG_DIRECTORIES = ['var/lib/dpkg', 'usr/lib/sysimage/dpkg'].map(rootfsPath);

/** The list of a package of status.d lies beside its file, under this name. */
export const STATUS_LIST_SUFFIX = '.md5sums';

/**
 * The first of the directories that has packages, or else the first that has a database. Packages are what the file
 * status says, and status.d, where distroless images keep a file for each: what status says of a package counts.
 * @returns undefined when the tree has no such database.
 * @throws LayahError `bad-database` when status is damaged, no regular file or absurdly large, or when all files of
 * status.d are.
 */
export function findDpkgDatabase(input: SourceInput): DpkgDatabase | undefined {
  const databases = DPKG_DIRECTORIES.flatMap((candidate) => {
    const directory = input.reader.resolve(candidate);
    const database = directory === undefined ? undefined : readDatabase(input, directory);
    return database ?? [];
  });
  return databases.find(({ packages }) => packages.length > 0) ?? databases[0];
}

const MAX_STATUS_BYTES = 64 * 1024 * 1024;
const MAX_STATUS_DIRECTORY_BYTES = 16 * 1024 * 1024;
const MAX_STATUS_FILE_BYTES = 1024 * 1024;

function readDatabase(input: SourceInput, directory: RootfsPath): DpkgDatabase | undefined {
  const path = joinPath(directory, 'status');
  const status = input.reader.readFile(path, MAX_STATUS_BYTES);
  const single = readStatusDirectory(input, joinPath(directory, 'status.d'));
  if (status === undefined && single === undefined) return undefined;
  const listed = parseDpkgStatus(status?.toString('latin1') ?? '', { path, inStatusDirectory: false });
  const packages = new Map([...(single ?? []), ...listed].map((parsed) => [packageKey(parsed), parsed]));
  return { directory, packages: [...packages.entries()].sort(byKey).map(([, parsed]) => parsed) };
}

/** @returns undefined when it holds no file. */
function readStatusDirectory(
  { scan, reader, reporter }: SourceInput,
  path: RootfsPath,
): DpkgPackage[] | undefined {
  const directory = reader.resolve(path);
  const warnings = limitWarnings(reporter, 'files of status.d');
  const readDatabaseFile = createDatabaseReader(reader, warnings, MAX_STATUS_DIRECTORY_BYTES);
  let problem: unknown;
  const files = scan.entries.filter(
    (entry) =>
      directory !== undefined &&
      entry.kind !== 'directory' &&
      !entry.path.endsWith(STATUS_LIST_SUFFIX) &&
      parentPath(entry.path) === directory,
  );
  const packages = files.flatMap(({ path: statusFile }): DpkgPackage[] => {
    const content = readDatabaseFile(statusFile, MAX_STATUS_FILE_BYTES);
    try {
      const text = content?.toString('latin1') ?? '';
      return parseDpkgStatus(text, { path: statusFile, inStatusDirectory: true });
    } catch (thrown) {
      if (!(thrown instanceof LayahError)) throw thrown;
      problem = thrown;
      warnings.warn(`a package is left out: ${thrown.message}`);
      return [];
    }
  });
  if (packages.length === 0 && problem !== undefined) throw problem;
  warnings.finish();
  return files.length === 0 ? undefined : packages;
}

function byKey([left]: [string, DpkgPackage], [right]: [string, DpkgPackage]): number {
  return left < right ? -1 : 1;
}
