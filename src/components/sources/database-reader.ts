/*
 * What becomes of a database that cannot be used, because it is hostile or damaged. One rule for all sources:
 *
 * 1. A file in or beside a database (a list, a changelog, diversions) that is no regular file, too large or damaged
 *    costs a warning and what it would have said.
 * 2. Of the places of a database the first with packages counts. Those before it that cannot be used cost a warning.
 * 3. A database without a place that can be used ends the build, unless that of another package manager has packages:
 *    then it costs a warning too (load-sources.ts).
 *
 * Whatever else goes wrong ends the build: a file of the tree that cannot be read could not be packed either, and layers
 * must not depend on which programs this machine has.
 */
import { LayahError } from '../../model/errors.ts';
import type { Reporter } from '../../model/reporter.ts';
import type { RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';
import type { LimitedWarnings } from './limited-warnings.ts';

/** The content of a file, or undefined when it is missing or cannot be used. */
export type ReadDatabaseFile = (path: RootfsPath, maxBytes: number) => Buffer | undefined;

/**
 * Reads the many small files of a database, no more than `maxTotalBytes` of them in all: one that is no regular file or
 * too large costs a warning, not the build.
 */
export function createDatabaseReader(
  reader: RootfsReader,
  warnings: LimitedWarnings,
  maxTotalBytes: number,
): ReadDatabaseFile {
  let remainingBytes = maxTotalBytes;
  return (path, maxBytes) => {
    const content = unlessUnusable(
      () => reader.readFile(path, Math.min(maxBytes, remainingBytes)),
      ({ message }) => warnings.warn(`a file of the package database is not used: ${message}`),
    );
    remainingBytes -= content?.length ?? 0;
    return content;
  };
}

/** What `read` gives, or undefined when that cannot be used. */
export function unlessUnusable<Value>(
  read: () => Value,
  onUnusable: (problem: LayahError) => void,
): Value | undefined {
  try {
    return read();
  } catch (thrown) {
    if (!isUnusable(thrown)) throw thrown;
    onUnusable(thrown);
    return undefined;
  }
}

/** Whether the content of the tree is at fault. */
export function isUnusable(thrown: unknown): thrown is LayahError {
  return thrown instanceof LayahError && thrown.code === 'bad-database';
}

export interface DatabaseChoice<Place, Database> {
  readonly places: readonly Place[];
  /** Undefined when there is none; throws LayahError `bad-database` when it cannot be used. */
  readonly read: (place: Place) => Database | undefined | Promise<Database | undefined>;
  readonly hasPackages: (database: Database) => boolean;
  readonly reporter: Reporter;
}

/**
 * The first database that has packages, or else the first that there is.
 * @throws LayahError `bad-database`, that of the first place, when none has packages and some cannot be used.
 */
export async function chooseDatabase<Place, Database>({
  places,
  read,
  hasPackages,
  reporter,
}: DatabaseChoice<Place, Database>): Promise<Database | undefined> {
  const problems: LayahError[] = [];
  let empty: Database | undefined;
  for (const place of places) {
    try {
      const database = await read(place);
      if (database === undefined) continue;
      if (hasPackages(database)) {
        for (const { message } of problems) reporter.warn(`a package database is passed over: ${message}`);
        return database;
      }
      empty ??= database;
    } catch (thrown) {
      if (!isUnusable(thrown)) throw thrown;
      problems.push(thrown);
    }
  }
  if (problems[0] !== undefined) throw problems[0];
  return empty;
}
