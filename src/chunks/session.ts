/*
 * Who writes to a store, or cleans it, has a directory in tmp/ for as long as it runs:
 *
 *     tmp/ID/started     written once; its time is that of the file system, as are those of chunks
 *     tmp/ID/beat        written every few seconds; when that ends, so has the process
 *     tmp/ID/needs.json  the names of the indexes that it is about to write
 *     tmp/ID/...         files on their way into the store, or out of it
 *
 * Nothing is locked: processes on other machines and in other containers may use the store, and a process that is killed
 * leaves no lock behind.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ChunkStore, listNames, removePath, storeWriteFailed } from './store.ts';

export interface Session {
  readonly store: ChunkStore;
  readonly directory: string;
  /** A path that nobody else uses. */
  temporaryPath(): string;
  /** Keeps indexes that no image needs yet from being cleaned away. */
  need(indexNames: readonly string[]): void;
  /** Puts a file into the store, whole and on the disk. @throws LayahError `write-failed` */
  publish(path: string, content: string | Uint8Array): void;
  close(): void;
}

const BEAT_MILLISECONDS = 5000;
/** A machine may be busy, or suspended for a while. */
const DEAD_AFTER_MILLISECONDS = 60_000;

/** @throws LayahError `write-failed` */
export function openSession(store: ChunkStore): Session {
  const directory = join(store.directory, 'tmp', randomUUID());
  let count = 0;
  const beat = (): void => writeFileSync(join(directory, 'beat'), '');
  const guarded = (action: () => void): void => {
    try {
      action();
    } catch (thrown) {
      throw storeWriteFailed(store.directory, thrown);
    }
  };
  guarded(() => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'started'), '');
    beat();
  });
  const timer = setInterval(() => {
    try {
      beat();
    } catch {
      // Whatever it is, the next file that is written says it.
    }
  }, BEAT_MILLISECONDS).unref();
  return {
    store,
    directory,
    temporaryPath: () => `${directory}/${count++}`,
    need: (names) => guarded(() => writeFileSync(join(directory, 'needs.json'), JSON.stringify(names))),
    publish: (path, content) => guarded(() => publish(`${directory}/${count++}`, path, content)),
    close() {
      clearInterval(timer);
      removePath(directory);
    },
  };
}

function publish(temporary: string, path: string, content: string | Uint8Array): void {
  const descriptor = openSync(temporary, 'wx');
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path);
}

/** The others that use the store. */
export interface OtherSessions {
  /** When the first of those that run began; Infinity when none runs. Milliseconds, of the file system's clock. */
  readonly startedMilliseconds: number;
  readonly neededIndexes: ReadonlySet<string>;
  /** Directories that ended processes have left behind. */
  readonly dead: readonly string[];
}

export function findOtherSessions(own: Session): OtherSessions {
  const root = join(own.store.directory, 'tmp');
  const now = timeOf(join(own.directory, 'beat')) ?? 0;
  let startedMilliseconds = Infinity;
  const neededIndexes = new Set<string>();
  const dead: string[] = [];
  for (const name of listNames(root)) {
    const directory = join(root, name);
    if (directory === own.directory) continue;
    const beat = timeOf(join(directory, 'beat')) ?? timeOf(directory);
    if (beat === undefined) continue;
    if (now - beat > DEAD_AFTER_MILLISECONDS) {
      dead.push(directory);
      continue;
    }
    startedMilliseconds = Math.min(startedMilliseconds, timeOf(join(directory, 'started')) ?? beat);
    for (const index of needsOf(directory)) neededIndexes.add(index);
  }
  return { startedMilliseconds, neededIndexes, dead };
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function needsOf(directory: string): string[] {
  try {
    const names: unknown = JSON.parse(readFileSync(join(directory, 'needs.json'), 'utf8'));
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    // It has none, is writing them at this moment, or has just ended.
    return [];
  }
}
