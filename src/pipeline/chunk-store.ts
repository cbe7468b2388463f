/*
 * What is done with a chunk store alone: statistics, verification, removal, cleaning.
 */
import { cleanStore } from '../chunks/clean-store.ts';
import { computeStats } from '../chunks/store-stats.ts';
import { openChunkStore } from '../chunks/store.ts';
import { findStoredImage, listImages, removeImage } from '../chunks/stored-image.ts';
import { verifyStore } from '../chunks/verify-store.ts';
import type { ChunkCleanOptions, ChunkStoreOptions, ChunkVerifyOptions } from '../model/chunk-options.ts';
import type { ChunkFinding, ChunkVerifyReport, CleanResult, StoreStats } from '../model/chunk-report.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `bad-store` */
export async function runChunkStats(
  options: ChunkStoreOptions,
  { reporter, signal }: RunContext,
): Promise<StoreStats> {
  const store = openChunkStore(options.store);
  const images =
    options.images.length === 0
      ? listImages(store)
      : options.images.map((text) => findStoredImage(store, text));
  const onProgress = (done: number, total: number): void => reporter.progress('indexes', done, total);
  return computeStats(store, images, { signal, onProgress });
}

export async function runChunkVerify(
  options: ChunkVerifyOptions,
  { reporter, signal }: RunContext,
): Promise<ChunkVerifyReport> {
  const findings: ChunkFinding[] = [];
  const totals = await verifyStore(openChunkStore(options.store), {
    signal,
    dropDamaged: options.dropDamaged,
    report: (finding) => findings.push(finding),
    onProgress: (done, total) => reporter.progress('chunks', done, total),
  });
  return { ...totals, findings };
}

/** @returns the names of the images that the store has no more. @throws LayahError `bad-store` */
export async function runChunkRemove(options: ChunkStoreOptions): Promise<readonly string[]> {
  const store = openChunkStore(options.store);
  const images = options.images.map((text) => findStoredImage(store, text));
  for (const image of images) removeImage(store, image);
  return images.map(({ name }) => name);
}

export async function runChunkClean(
  options: ChunkCleanOptions,
  { reporter, signal }: RunContext,
): Promise<CleanResult> {
  return cleanStore(openChunkStore(options.store), {
    signal,
    all: options.all,
    onProgress: (done, total) => reporter.progress('indexes', done, total),
  });
}
