/*
 * Runs a command and follows with strace which files it opens, it and all that it starts.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { LayahError } from '../model/errors.ts';
import { createStraceLog, STRACE_ARGUMENTS, type TracedFile } from './strace-log.ts';

export interface WatchedCommand {
  /** The program and its arguments. Its standard output goes to our standard error; it has no input. */
  readonly command: readonly string[];
  /** As `createStraceLog` takes it. */
  readonly root: string;
  /** Ends the command after so long; undefined waits for it. */
  readonly stopAfterSeconds: number | undefined;
  /** A command that ends it gently; without one it gets SIGTERM. */
  readonly stopCommand?: readonly string[];
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * @throws LayahError `missing-program` without strace, `command-failed` when the command fails by itself; the signal's
 * reason when aborted.
 */
export async function watchCommand(watched: WatchedCommand): Promise<TracedFile[]> {
  const directory = await mkdtemp(join(watched.temporaryDirectory, 'layah-record-'));
  try {
    const logPath = join(directory, 'strace.log');
    await runTraced(watched, logPath);
    return await readLog(logPath, watched.root);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runTraced(watched: WatchedCommand, logPath: string): Promise<void> {
  const { command, signal } = watched;
  const running = execa('strace', [...STRACE_ARGUMENTS, '-o', logPath, '--', ...command], {
    stdio: ['ignore', 2, 2],
    reject: false,
    // A group of its own, so that all of it can be told to end.
    detached: true,
  });
  const finished = new AbortController();
  const stopped = stopInTime(running.pid, watched, finished.signal);
  const result = await running;
  finished.abort();
  const wasStopped = await stopped;
  signal.throwIfAborted();
  if (result.code === 'ENOENT') throw missingStrace();
  if (result.failed && !wasStopped) throw commandFailed(command, result.exitCode);
}

const GRACE_MILLISECONDS = 10_000;

/** @returns whether the command was told to end before it ended by itself. */
async function stopInTime(
  pid: number | undefined,
  { stopAfterSeconds, stopCommand, signal }: WatchedCommand,
  finished: AbortSignal,
): Promise<boolean> {
  const milliseconds = stopAfterSeconds === undefined ? MAX_TIMEOUT_MILLISECONDS : stopAfterSeconds * 1000;
  const end = AbortSignal.any([signal, finished]);
  await sleep(milliseconds, undefined, { signal: end }).catch(() => {});
  if (finished.aborted || pid === undefined) return false;
  if (stopCommand === undefined) killGroup(pid, 'SIGTERM');
  else await execa(stopCommand[0] ?? '', stopCommand.slice(1), { reject: false, stdio: 'ignore' });
  await sleep(GRACE_MILLISECONDS, undefined, { signal: finished }).catch(() => {});
  if (!finished.aborted) killGroup(pid, 'SIGKILL');
  return true;
}

/** The longest that a timer of Node can wait. */
const MAX_TIMEOUT_MILLISECONDS = 2 ** 31 - 1;

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function readLog(logPath: string, root: string): Promise<TracedFile[]> {
  const log = createStraceLog(root);
  const lines = createInterface({ input: createReadStream(logPath, 'latin1'), crlfDelay: Infinity });
  for await (const line of lines) log.addLine(line);
  return log.files();
}

function missingStrace(): LayahError {
  return new LayahError({
    code: 'missing-program',
    message: 'layah record run follows commands with the program strace, which is not installed',
    hint: 'Install it (apt-get install strace, dnf install strace), or list the files yourself with layah record from-paths.',
  });
}

function commandFailed(command: readonly string[], exitCode: number | undefined): LayahError {
  const how = exitCode === undefined ? 'was killed' : `ended with exit code ${exitCode}`;
  return new LayahError({
    code: 'command-failed',
    message: `the command to watch ${how}: ${command.join(' ')}`,
    hint: 'What it printed is above. A server that never ends needs --stop-after SECONDS.',
  });
}
