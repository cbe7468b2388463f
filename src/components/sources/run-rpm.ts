import { LayahError } from '../../model/errors.ts';
import type { Reporter } from '../../model/reporter.ts';
import { displayPath } from '../../model/rootfs-path.ts';
import type { RpmDatabase } from './rpm-database.ts';
import type { RpmPackage } from './rpm-package.ts';
import { parseRpmQuery, RPM_QUERY_FORMAT } from './rpm-query.ts';

export interface RpmRun {
  readonly database: RpmDatabase;
  /** A directory of this machine with a copy of the database. */
  readonly copyDirectory: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/**
 * All packages of a database, asked of the `rpm` program.
 * @throws LayahError `missing-program` when it is not installed, `bad-database` with what it said when it fails, or
 * when it finds nothing and complains; the signal's reason when aborted.
 */
export async function queryRpm(run: RpmRun): Promise<RpmPackage[]> {
  // Loaded when it is wanted: few trees have an rpm database, and it takes a fifth of the time to start.
  const { execa } = await import('execa');
  const result = await execa('rpm', rpmArguments(run), {
    ...EXECA_OPTIONS,
    // No macros of the user: HOME is where they would be. The locale decides how rpm prints.
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', HOME: run.copyDirectory },
    cancelSignal: run.signal,
  });
  run.signal.throwIfAborted();
  const messages = messagesOf(result, run);
  if (result.failed) throw queryFailure(result, messages, run.database);
  const packages = parseRpmQuery(result.stdout);
  // rpm that cannot read a format takes an empty database instead, and ends well.
  if (packages.length === 0 && (messages.length > 0 || run.database.backend !== 'sqlite')) {
    throw unreadableDatabase(run.database, messages);
  }
  for (const message of messages.filter((line) => line.startsWith('error:')).slice(0, MAX_MESSAGES)) {
    run.reporter.warn(`rpm says of the database ${displayPath(run.database.directory)}: ${message}`);
  }
  return packages;
}

const EXECA_OPTIONS = {
  reject: false,
  extendEnv: false,
  stdin: 'ignore',
  encoding: 'latin1',
  stripFinalNewline: false,
  maxBuffer: 256 * 1024 * 1024,
  timeout: 10 * 60 * 1000,
} as const;

interface RpmResult {
  /** The system's error when it could not be started. */
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
  readonly stderr: string;
}

const MAX_MESSAGES = 20;

function rpmArguments({ database, copyDirectory }: RpmRun): string[] {
  // Told the backend, rpm says so when it lacks it. Berkeley DB is found by its file: its name depends on rpm's version.
  const backend = database.backend === 'bdb' ? [] : ['--define', `_db_backend ${database.backend}`];
  return [
    ...backend,
    '--dbpath',
    copyDirectory,
    '-qa',
    // The keys in the tree are not trusted with anything here, so they need not be loaded.
    '--nosignature',
    '--queryformat',
    RPM_QUERY_FORMAT,
  ];
}

function messagesOf(result: RpmResult, { copyDirectory, database }: RpmRun): string[] {
  return result.stderr
    .replaceAll(copyDirectory, displayPath(database.directory))
    .split('\n')
    .filter((line) => line !== '');
}

function queryFailure(result: RpmResult, messages: readonly string[], database: RpmDatabase): LayahError {
  if (result.code === 'ENOENT') {
    return new LayahError({
      code: 'missing-program',
      message: `the rpm database ${displayPath(database.directory)} needs the program rpm, which is not installed`,
      hint: 'Install it (apt-get install rpm, dnf install rpm), or run layah from its container image, which has it.',
    });
  }
  const why =
    messages.length > 0
      ? messages.slice(0, MAX_MESSAGES).join('; ')
      : (result.shortMessage ?? 'it failed without a message');
  return new LayahError({
    code: 'bad-database',
    message: `rpm cannot read the database ${displayPath(database.directory)}: ${why}`,
    hint: 'Does `rpm -qa` work inside the root filesystem? If not, try rpm --rebuilddb there.',
  });
}

function unreadableDatabase({ directory, backend }: RpmDatabase, messages: readonly string[]): LayahError {
  const why = messages.length > 0 ? `: ${messages.slice(0, MAX_MESSAGES).join('; ')}` : '';
  return new LayahError({
    code: 'bad-database',
    message: `rpm found no package in the ${backend} database ${displayPath(directory)}${why}`,
    hint: `Use an rpm that reads ${backend}, for example that of the distribution the root filesystem comes from.`,
  });
}
