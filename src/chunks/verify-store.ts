/*
 * Recomputes the digest of every chunk, and looks for what is missing or should not be there.
 */
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, lstatSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ChunkFinding, StoreVerification } from '../model/chunk-report.ts';
import { LayahError } from '../model/errors.ts';
import { allocateReadBuffer } from '../model/read-buffer.ts';
import { digestRanges, type DigestRange } from './digest-ranges.ts';
import { DigestTable } from './digest-table.ts';
import { isChunkName } from './index-format.ts';
import { readChunks, readIndex } from './index-reader.ts';
import {
  chunkDirectory,
  chunkPath,
  type ChunkStore,
  indexPath,
  isReadFailure,
  listNames,
  removePath,
} from './store.ts';
import { type ListedImage, listImages } from './stored-image.ts';

export interface VerifyRun {
  readonly signal: AbortSignal;
  readonly report: (finding: ChunkFinding) => void;
  readonly dropDamaged: boolean;
  /** Bytes of chunks that were read, of those that are needed at most. */
  readonly onProgress: (done: number, total: number) => void;
  /** For tests: how many chunks are looked at at once. */
  readonly maxChunks?: number;
}

export async function verifyStore(store: ChunkStore, run: VerifyRun): Promise<StoreVerification> {
  const images = listImages(store, (error) => run.report(damaged('image', error)));
  const indexes = new Map<string, ListedImage['layers'][number]>();
  for (const image of images) for (const layer of image.layers) indexes.set(layer.index, layer);
  const good: string[] = [];
  for (const [name, layer] of indexes) {
    run.signal.throwIfAborted();
    if (await isGoodIndex({ store, run }, name, layer)) good.push(name);
  }
  for (const name of listNames(join(store.directory, 'indexes'))) {
    if (indexes.has(name)) continue;
    run.report({ code: 'stray', subject: `index ${name}`, message: 'no image needs it' });
  }
  for (const name of listNames(join(store.directory, 'chunks'))) {
    if (!FAN_OUT_NAME.test(name)) run.report(notAChunk(join(store.directory, 'chunks', name)));
  }
  const total = { chunkCount: 0, chunkBytes: 0, droppedCount: 0 };
  // Less is read when layers share chunks.
  const neededBytes = sizeOf([...indexes.values()]);
  for (const range of digestRanges(store, run.maxChunks)) {
    const needed = await neededChunks(store, good, range);
    await verifyRange({ store, run, total, neededBytes }, range, needed);
  }
  return { imageCount: images.length, indexCount: indexes.size, ...total };
}

const FAN_OUT_NAME = /^[0-9a-f]{2}$/;

function notAChunk(path: string): ChunkFinding {
  return { code: 'stray', subject: path, message: 'it is no chunk' };
}

function sizeOf(layers: ListedImage['layers']): number {
  return layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

interface Verifying {
  readonly store: ChunkStore;
  readonly run: VerifyRun;
}

async function isGoodIndex(
  { store, run }: Verifying,
  name: string,
  expected: ListedImage['layers'][number],
): Promise<boolean> {
  if (lstatSync(indexPath(store, name), { throwIfNoEntry: false }) === undefined) {
    run.report({ code: 'missing', subject: `index ${name}`, message: 'an image needs it' });
    return false;
  }
  let [bytes, chunkCount] = [0, 0];
  try {
    for await (const record of readIndex(store, name)) {
      if (record.kind === 'chunks') {
        chunkCount += record.chunks.length;
        bytes += record.chunks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      } else if (record.kind !== 'end') bytes += record.raw.length;
    }
  } catch (thrown) {
    if (!(thrown instanceof LayahError)) throw thrown;
    run.report(damaged(`index ${name}`, thrown));
    return false;
  }
  if (bytes === expected.sizeBytes && chunkCount === expected.chunkCount) return true;
  const what = `it has ${chunkCount} chunks and ${bytes} bytes, the image says ${expected.chunkCount} and ${expected.sizeBytes}`;
  run.report({ code: 'damaged', subject: `index ${name}`, message: what });
  return false;
}

interface NeededChunks {
  readonly table: DigestTable;
  /** By their numbers. */
  readonly sizes: number[];
}

async function neededChunks(
  store: ChunkStore,
  indexes: readonly string[],
  range: DigestRange,
): Promise<NeededChunks> {
  const table = new DigestTable();
  const sizes: number[] = [];
  for (const name of indexes) {
    for await (const chunks of readChunks(store, name)) {
      for (const { hex, sizeBytes } of chunks) {
        const byte = Number.parseInt(hex.slice(0, 2), 16);
        if (byte < range.first || byte > range.last) continue;
        const number = table.add(hex);
        sizes[number] = sizeBytes;
      }
    }
  }
  return { table, sizes };
}

interface VerifyingChunks extends Verifying {
  readonly total: { chunkCount: number; chunkBytes: number; droppedCount: number };
  /** At most: what is needed twice is read once. */
  readonly neededBytes: number;
}

async function verifyRange(
  verifying: VerifyingChunks,
  range: DigestRange,
  { table, sizes }: NeededChunks,
): Promise<void> {
  const { store, run } = verifying;
  const seen = new Uint8Array(table.count);
  for (let byte = range.first; byte <= range.last; byte++) {
    for (const name of listNames(chunkDirectory(store, byte))) {
      run.signal.throwIfAborted();
      const number = isChunkName(name) ? table.find(name) : undefined;
      if (number !== undefined) seen[number] = 1;
      verifyFile(verifying, join(chunkDirectory(store, byte), name), number !== undefined);
    }
  }
  for (const [number, was] of seen.entries()) {
    if (was === 1) continue;
    const message = `it has ${sizes[number] ?? 0} bytes, and an image needs it`;
    run.report({ code: 'missing', subject: `chunk ${table.hexOf(number)}`, message });
  }
}

function verifyFile(
  { store, run, total, neededBytes }: VerifyingChunks,
  path: string,
  isNeeded: boolean,
): void {
  const name = basename(path);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // A clean that runs at the same time drops it.
  if (stats === undefined) return;
  if (!stats.isFile() || !isChunkName(name) || path !== chunkPath(store, name)) {
    run.report(notAChunk(path));
    return;
  }
  total.chunkCount++;
  total.chunkBytes += stats.size;
  run.onProgress(total.chunkBytes, Math.max(neededBytes, total.chunkBytes));
  const problem = problemOf(path, stats.size);
  if (problem !== undefined) {
    const message = `${problem}, and ${isNeeded ? 'an' : 'no'} image needs it`;
    run.report({ code: 'damaged', subject: `chunk ${name}`, message });
    if (!run.dropDamaged) return;
    removePath(path);
    total.droppedCount++;
  } else if (!isNeeded) {
    run.report({ code: 'stray', subject: `chunk ${name}`, message: 'no image needs it' });
  }
}

function problemOf(path: string, sizeBytes: number): string | undefined {
  try {
    const digest = digestOf(path, sizeBytes);
    return digest === basename(path) ? undefined : `its content has the digest ${digest}`;
  } catch (thrown) {
    if (!isReadFailure(thrown)) throw thrown;
    return `it cannot be read: ${thrown.message}`;
  }
}

const BUFFER = allocateReadBuffer(1 << 20);

/** Synchronous: thousands of small files would each wait longer for their turn than for the disk. */
function digestOf(path: string, sizeBytes: number): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    let bytes = readSync(descriptor, BUFFER);
    // Mostly a chunk is read at once, and this is faster than an object.
    if (bytes === sizeBytes) return hash('sha256', BUFFER.subarray(0, bytes), 'hex');
    const hashing = createHash('sha256');
    for (; bytes > 0; bytes = readSync(descriptor, BUFFER)) hashing.update(BUFFER.subarray(0, bytes));
    return hashing.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

function damaged(subject: string, { message, cause }: LayahError): ChunkFinding {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return { code: 'damaged', subject, message: `${message}${why}` };
}
