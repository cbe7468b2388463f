import { LayahError } from '../../model/errors.ts';
import { displayPath, joinPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { ReadDatabaseFile } from './database-reader.ts';
import { STATUS_LIST_SUFFIX } from './dpkg-database.ts';
import { parseDpkgMd5sums, type Md5sumsLine } from './dpkg-md5sums.ts';
import type { DpkgPackage } from './dpkg-status.ts';

/** The files that say what packages have. */
export interface DpkgLists {
  /** Undefined when the package has no list. */
  readPaths(listed: DpkgPackage): readonly RootfsPath[] | undefined;
  /** None when the package has no digests. */
  readMd5sums(listed: DpkgPackage): Iterable<Md5sumsLine>;
}

/**
 * Reads info/NAME.list and info/NAME.md5sums, or what lies beside the package's file in status.d, which has only the
 * digests. Both throw LayahError `bad-database` when all together have absurdly many lines.
 */
export function createListReader(
  readDatabaseFile: ReadDatabaseFile,
  databaseDirectory: RootfsPath,
  maxLines: number = MAX_LINES,
): DpkgLists {
  const infoDirectory = joinPath(databaseDirectory, 'info');
  const readFirst = createTextReader(readDatabaseFile);
  let remainingLines = maxLines;
  const count = (): void => {
    if (--remainingLines < 0) throw tooManyLines(infoDirectory, maxLines);
  };
  const infoFiles = (listed: DpkgPackage, kind: string): RootfsPath[] =>
    infoStems(listed).map((stem) => joinPath(infoDirectory, `${stem}.${kind}`));
  const readMd5sums = (listed: DpkgPackage): Iterable<Md5sumsLine> | undefined => {
    const { statusFile } = listed;
    const beside = statusFile === undefined ? [] : [rootfsPath(`${statusFile}${STATUS_LIST_SUFFIX}`)];
    const text = readFirst([...beside, ...infoFiles(listed, 'md5sums')]);
    return text === undefined ? undefined : counted(parseDpkgMd5sums(text), count);
  };
  return {
    readPaths(listed) {
      const list = readFirst(infoFiles(listed, 'list'));
      if (list !== undefined) return parseList(list, count);
      const digests = listed.statusFile === undefined ? undefined : readMd5sums(listed);
      return digests === undefined ? undefined : Array.from(digests, ({ path }) => path);
    },
    readMd5sums: (listed) => readMd5sums(listed) ?? [],
  };
}

/** How the files of a package in info begin, the likelier one first; databases from before multi-arch qualify none. */
export function infoStems({ name, architecture, multiArchSame }: DpkgPackage): readonly string[] {
  const qualified = `${name}:${architecture}`;
  return multiArchSame ? [qualified, name] : [name, qualified];
}

/** Ten times the biggest known list, and fifty times what the biggest systems have in all. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;
export const MAX_LISTS_BYTES = 512 * 1024 * 1024;
/** Short lies would take a hundred times their size in memory. */
const MAX_LINES = 4_000_000;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;

/** Reads the first of the files that is there, as a byte string. */
function createTextReader(
  readDatabaseFile: ReadDatabaseFile,
): (paths: readonly RootfsPath[]) => string | undefined {
  return (paths) => {
    for (const path of paths) {
      const content = readDatabaseFile(path, MAX_LIST_BYTES);
      if (content !== undefined) return content.toString('latin1');
    }
    return undefined;
  };
}

function* counted<Item>(items: Iterable<Item>, count: () => void): Generator<Item> {
  for (const item of items) {
    count();
    yield item;
  }
}

/** A path a line, from the root. */
function parseList(text: string, count: () => void): RootfsPath[] {
  const paths: RootfsPath[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (text[start] === '/' && end - start <= MAX_PATH_BYTES) {
      count();
      paths.push(rootfsPath(text.slice(start, end)));
    }
    start = end + 1;
  }
  return paths;
}

function tooManyLines(infoDirectory: RootfsPath, maxLines: number): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `the file lists in ${displayPath(infoDirectory)} have more than ${maxLines} lines`,
    hint: 'Repair the package database of the root filesystem, or build without it: --source dpkg=off.',
  });
}
