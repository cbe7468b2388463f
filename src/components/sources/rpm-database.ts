import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { RootfsReader } from '../../model/rootfs-reader.ts';

/** The three formats that rpm has had. */
export type RpmBackend = 'sqlite' | 'ndb' | 'bdb';

export interface RpmDatabase {
  readonly backend: RpmBackend;
  /** With every symlink resolved. */
  readonly directory: RootfsPath;
}

/** What lies at the places where distributions keep it, the likeliest first; one may be a link to another. */
export function findRpmDatabases(reader: RootfsReader): RpmDatabase[] {
  const directories = new Set(DATABASE_DIRECTORIES.flatMap((candidate) => reader.resolve(candidate) ?? []));
  return [...directories].flatMap((directory) =>
    BACKENDS.filter(
      (backend) => reader.resolve(joinPath(directory, FILE_NAMES[backend][0])) !== undefined,
    ).map((backend) => ({ backend, directory })),
  );
}

/**
 * Calls `use` with a directory of this machine that holds a copy, and removes that afterwards. rpm writes next to a
 * database even to read it (locks, the index of the write-ahead log), and would follow links out of the tree.
 * @throws LayahError `bad-database` when a file of it is no regular file or too large.
 */
export async function withRpmDatabaseCopy<Result>(
  reader: RootfsReader,
  database: RpmDatabase,
  use: (hostDirectory: string) => Promise<Result>,
): Promise<Result> {
  const hostDirectory = await mkdtemp(join(tmpdir(), 'layah-rpm-'));
  try {
    for (const name of FILE_NAMES[database.backend]) {
      await reader.copyFile(joinPath(database.directory, name), join(hostDirectory, name), MAX_FILE_BYTES);
    }
    return await use(hostDirectory);
  } finally {
    await rm(hostDirectory, { recursive: true, force: true });
  }
}

const DATABASE_DIRECTORIES = ['usr/lib/sysimage/rpm', 'usr/share/rpm', 'var/lib/rpm'].map(rootfsPath);

/** The newest first: a migrated tree may still hold the older file. */
const BACKENDS: readonly RpmBackend[] = ['sqlite', 'ndb', 'bdb'];

/**
 * What reading all packages needs. SQLite's -shm is left behind: it is an index of the -wal, made anew on opening, and
 * one that is out of date would be believed.
 */
const FILE_NAMES: Readonly<Record<RpmBackend, readonly [string, ...string[]]>> = {
  sqlite: ['rpmdb.sqlite', 'rpmdb.sqlite-wal'],
  ndb: ['Packages.db'],
  bdb: ['Packages'],
};

/** Several times the biggest known. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
