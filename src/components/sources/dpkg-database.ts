import type { SourceInput } from '../../model/component.ts';
import type { LayahError } from '../../model/errors.ts';
import { joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';
import { chooseDatabase, unlessUnusable } from './database-reader.ts';
import { packageKey, parseDpkgStatus, type DpkgPackage, type DpkgStatusFile } from './dpkg-status.ts';
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
 * @throws LayahError `bad-database` when none has packages, and files of it cannot be used.
 */
export async function findDpkgDatabase(input: SourceInput): Promise<DpkgDatabase | undefined> {
  const { reader, reporter } = input;
  return await chooseDatabase({
    places: [...new Set(DPKG_DIRECTORIES.flatMap((candidate) => reader.resolve(candidate) ?? []))],
    read: (directory) => readDatabase(input, directory),
    hasPackages: ({ packages }) => packages.length > 0,
    reporter,
  });
}

const MAX_STATUS_BYTES = 64 * 1024 * 1024;
const MAX_STATUS_DIRECTORY_BYTES = 16 * 1024 * 1024;
const MAX_STATUS_FILE_BYTES = 1024 * 1024;

function readDatabase(input: SourceInput, directory: RootfsPath): DpkgDatabase | undefined {
  const packages = new Map<string, DpkgPackage>();
  const problems: LayahError[] = [];
  const readStatus = createStatusReader(input.reader);
  let isThere = false;
  for (const file of statusFiles(input, directory)) {
    const listed = unlessUnusable(
      () => readStatus(file),
      (problem) => problems.push(problem),
    );
    for (const parsed of listed ?? []) packages.set(packageKey(parsed), parsed);
    isThere ||= listed !== undefined;
  }
  if (packages.size === 0 && problems[0] !== undefined) throw problems[0];
  const warnings = limitWarnings(input.reporter, 'the dpkg database');
  for (const { message } of problems) {
    warnings.warn(`a file of the package database is not used: ${message}`);
  }
  warnings.finish();
  if (!isThere) return undefined;
  return { directory, packages: [...packages.entries()].sort(byKey).map(([, parsed]) => parsed) };
}

/** The file status comes last: what it says counts. */
function statusFiles({ scan, reader }: SourceInput, directory: RootfsPath): DpkgStatusFile[] {
  const statusDirectory = reader.resolve(joinPath(directory, 'status.d'));
  const single = scan.entries.filter(
    ({ kind, path }) =>
      statusDirectory !== undefined &&
      kind !== 'directory' &&
      !path.endsWith(STATUS_LIST_SUFFIX) &&
      parentPath(path) === statusDirectory,
  );
  return [
    ...single.map(({ path }) => ({ path, inStatusDirectory: true })),
    { path: joinPath(directory, 'status'), inStatusDirectory: false },
  ];
}

/** Of a file that is missing it gives undefined. */
function createStatusReader(reader: RootfsReader): (file: DpkgStatusFile) => DpkgPackage[] | undefined {
  let remainingBytes = MAX_STATUS_DIRECTORY_BYTES;
  return (file) => {
    const maxBytes = file.inStatusDirectory
      ? Math.min(MAX_STATUS_FILE_BYTES, remainingBytes)
      : MAX_STATUS_BYTES;
    const content = reader.readFile(file.path, maxBytes);
    if (content === undefined) return undefined;
    if (file.inStatusDirectory) remainingBytes -= content.length;
    return parseDpkgStatus(content.toString('latin1'), file);
  };
}

function byKey([left]: [string, DpkgPackage], [right]: [string, DpkgPackage]): number {
  return left < right ? -1 : 1;
}
