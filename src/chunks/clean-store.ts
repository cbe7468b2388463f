/*
 * Drops what no image needs, also while others add images. What seems to be unneeded is first moved out of sight, into this
 * process's directory in tmp/; then it is looked at again what is needed. There are two cases for whoever adds an image:
 *
 *     the index came before that second look      what it needs is moved back
 *     the index comes after                       its writer looks for the chunks after that, and writes what is gone
 *
 * What an ended process has left behind in the middle is moved back at the beginning.
 */
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CleanResult } from '../model/chunk-report.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { digestRanges, type DigestRange, forEachChunk } from './digest-ranges.ts';
import { DigestTable } from './digest-table.ts';
import { isChunkName } from './index-format.ts';
import { findOtherSessions, openSession, type Session } from './session.ts';
import {
  chunkDirectory,
  chunkPath,
  type ChunkStore,
  indexPath,
  listNames,
  removePath,
  storeWriteFailed,
} from './store.ts';
import { listImages, removeImage } from './stored-image.ts';

export interface CleanRun {
  readonly signal: AbortSignal;
  /** The images too. */
  readonly all: boolean;
  /** Bytes of indexes that were read, of all. */
  readonly onProgress: (done: number, total: number) => void;
  /** For tests: how many chunks are looked at at once. */
  readonly maxChunks?: number;
  /** For tests: called between the two looks. */
  readonly onMoved?: () => Promise<void>;
}

export async function cleanStore(store: ChunkStore, run: CleanRun): Promise<CleanResult> {
  const session = openSession(store);
  try {
    const leftoverCount = recover(session);
    const images = run.all ? listImages(store, () => {}) : [];
    for (const image of images) removeImage(store, image);
    const indexCount = dropIndexes(session);
    const chunks = await dropChunks(session, run);
    return { imageCount: images.length, indexCount, leftoverCount, ...chunks };
  } catch (thrown) {
    // It may be needed by now.
    putBack(store, session.directory);
    const isOurs = thrown instanceof LayahError || systemErrorCode(thrown) === undefined;
    throw isOurs ? thrown : storeWriteFailed(store.directory, thrown);
  } finally {
    session.close();
  }
}

/** In the directory of the session, with directories like those of the store: none gets too large. */
const TRASH = 'trash';
const INDEXES = 'indexes';

/** @returns how many processes have left something behind. */
function recover(session: Session): number {
  const { dead } = findOtherSessions(session);
  for (const directory of dead) {
    putBack(session.store, directory);
    removePath(directory);
  }
  return dead.length;
}

/** What a session has moved out of sight. */
function putBack(store: ChunkStore, sessionDirectory: string): void {
  const trash = join(sessionDirectory, TRASH);
  for (const place of listNames(trash)) {
    const directory =
      place === INDEXES ? join(store.directory, INDEXES) : join(store.directory, 'chunks', place);
    for (const name of listNames(join(trash, place))) {
      moveUnlessGone(join(trash, place, name), join(directory, name));
    }
  }
}

function neededIndexes(session: Session): Set<string> {
  const { neededIndexes: ofOthers } = findOtherSessions(session);
  const ofImages = listImages(session.store).flatMap(({ layers }) => layers.map(({ index }) => index));
  return new Set([...ofOthers, ...ofImages]);
}

function dropIndexes(session: Session): number {
  const { store } = session;
  const needed = neededIndexes(session);
  const unneeded = listNames(join(store.directory, INDEXES)).filter((name) => !needed.has(name));
  for (const name of unneeded) throwAway(session, indexPath(store, name));
  const neededNow = neededIndexes(session);
  let count = 0;
  for (const name of unneeded) {
    if (neededNow.has(name)) takeBack(session, indexPath(store, name));
    else count += 1;
    removePath(trashPath(session, indexPath(store, name)));
  }
  return count;
}

type ChunkCounts = Pick<CleanResult, 'chunkCount' | 'chunkBytes' | 'keptChunkCount'>;

async function dropChunks(session: Session, run: CleanRun): Promise<ChunkCounts> {
  const total = { chunkCount: 0, chunkBytes: 0, keptChunkCount: 0 };
  const root = join(session.store.directory, 'chunks');
  for (const name of listNames(root)) {
    if (!/^[0-9a-f]{2}$/.test(name)) removePath(join(root, name));
  }
  for (const range of digestRanges(session.store, run.maxChunks)) {
    const dropped = await dropRange(session, range, run);
    total.chunkCount += dropped.chunkCount;
    total.chunkBytes += dropped.chunkBytes;
    total.keptChunkCount += dropped.keptChunkCount;
  }
  return total;
}

async function dropRange(session: Session, range: DigestRange, run: CleanRun): Promise<ChunkCounts> {
  const { startedMilliseconds } = findOtherSessions(session);
  const known = await readNeeded(session, { range, run, since: new Map() });
  const moved = moveUnneeded(session, { range, run, needed: known.chunks, startedMilliseconds });
  await run.onMoved?.();
  if (moved.chunks.count > 0) {
    const again = await readNeeded(session, { range, run, since: known.indexes });
    for (let number = 0; number < again.chunks.count; number++) {
      const hex = again.chunks.hexOf(number);
      const size =
        moved.chunks.find(hex) === undefined ? undefined : takeBack(session, chunkPath(session.store, hex));
      if (size === undefined) continue;
      moved.chunkCount--;
      moved.chunkBytes -= size;
    }
  }
  const trash = join(session.directory, TRASH);
  for (const place of listNames(trash)) removePath(join(trash, place));
  const { chunkCount, chunkBytes, keptChunkCount } = moved;
  return { chunkCount, chunkBytes, keptChunkCount };
}

interface Needed {
  readonly chunks: DigestTable;
  /** By name: when each was written. */
  readonly indexes: ReadonlyMap<string, number>;
}

interface NeededInput {
  readonly range: DigestRange;
  readonly run: CleanRun;
  /** Indexes that need not be read again. */
  readonly since: ReadonlyMap<string, number>;
}

async function readNeeded({ store }: Session, { range, run, since }: NeededInput): Promise<Needed> {
  const chunks = new DigestTable();
  const indexes = new Map<string, number>();
  const files = listNames(join(store.directory, INDEXES)).flatMap((name) => indexFile(store, name));
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  for (const { name, sizeBytes, writtenAt } of files) {
    run.signal.throwIfAborted();
    indexes.set(name, writtenAt);
    if (since.get(name) !== writtenAt) await readUnlessGone({ store, range }, name, chunks);
    doneBytes += sizeBytes;
    run.onProgress(doneBytes, totalBytes);
  }
  return { chunks, indexes };
}

/** Another process that cleans may drop it. */
async function readUnlessGone(
  where: Parameters<typeof forEachChunk>[0],
  name: string,
  chunks: DigestTable,
): Promise<void> {
  try {
    await forEachChunk(where, name, ({ hex }) => chunks.add(hex));
  } catch (thrown) {
    if (indexFile(where.store, name).length > 0) throw thrown;
  }
}

interface IndexFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly writtenAt: number;
}

/** @returns nothing when it is not there. */
function indexFile(store: ChunkStore, name: string): IndexFile[] {
  const stats = statSync(indexPath(store, name), { throwIfNoEntry: false });
  return stats === undefined ? [] : [{ name, sizeBytes: stats.size, writtenAt: stats.mtimeMs }];
}

interface Moving {
  readonly range: DigestRange;
  readonly run: CleanRun;
  readonly needed: DigestTable;
  readonly startedMilliseconds: number;
}

interface Moved {
  readonly chunks: DigestTable;
  chunkCount: number;
  chunkBytes: number;
  keptChunkCount: number;
}

function moveUnneeded(session: Session, { range, run, needed, startedMilliseconds }: Moving): Moved {
  const { store } = session;
  const moved: Moved = { chunks: new DigestTable(), chunkCount: 0, chunkBytes: 0, keptChunkCount: 0 };
  for (let byte = range.first; byte <= range.last; byte++) {
    run.signal.throwIfAborted();
    for (const name of listNames(chunkDirectory(store, byte))) {
      if (isChunkName(name) && needed.find(name) !== undefined) continue;
      const path = join(chunkDirectory(store, byte), name);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (stats.mtimeMs >= startedMilliseconds) {
        moved.keptChunkCount++;
        continue;
      }
      if (!throwAway(session, path)) continue;
      if (isChunkName(name)) moved.chunks.add(name);
      moved.chunkCount++;
      moved.chunkBytes += stats.size;
    }
  }
  return moved;
}

/** @returns whether it was there. */
function throwAway(session: Session, path: string): boolean {
  const trash = trashPath(session, path);
  mkdirSync(dirname(trash), { recursive: true });
  return moveUnlessGone(path, trash);
}

/** @returns its size; undefined when it is not there. */
function takeBack(session: Session, path: string): number | undefined {
  const trash = trashPath(session, path);
  const size = statSync(trash, { throwIfNoEntry: false })?.size;
  return moveUnlessGone(trash, path) ? size : undefined;
}

function trashPath({ directory }: Session, path: string): string {
  return join(directory, TRASH, basename(dirname(path)), basename(path));
}

/** Another process that cleans may have been faster. */
function moveUnlessGone(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}
