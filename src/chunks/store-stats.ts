/*
 * What the images of a store consist of, and what they share.
 */
import { statSync } from 'node:fs';
import type { ImageStats, PairStats, StoreStats } from '../model/chunk-report.ts';
import { digestRanges, type DigestRange, forEachChunk } from './digest-ranges.ts';
import { DigestTable } from './digest-table.ts';
import { type ChunkStore, indexPath } from './store.ts';
import type { ListedImage } from './stored-image.ts';

/** So many images have a bit each in a row for every chunk. */
const MAX_PAIRED_IMAGES = 256;

export interface StatsRun {
  readonly signal: AbortSignal;
  /** Bytes of indexes that were read, of all that will be. */
  readonly onProgress: (done: number, total: number) => void;
  /** For tests: how many chunks are looked at at once. */
  readonly maxChunks?: number;
}

/** @throws LayahError `bad-store` when an index is damaged or missing. */
export async function computeStats(
  store: ChunkStore,
  images: readonly ListedImage[],
  run: StatsRun,
): Promise<StoreStats> {
  const tallies = images.map(createTally);
  const pairs = images.length <= MAX_PAIRED_IMAGES ? new PairTally(images.length) : undefined;
  const ranges = digestRanges(store, run.maxChunks);
  const { indexCount, indexBytes } = measureIndexes(store, images);
  const counting: Counting = {
    store,
    tallies,
    pairs,
    run,
    doneBytes: 0,
    totalBytes: indexBytes * ranges.length,
  };
  const unique = { count: 0, bytes: 0 };
  for (const range of ranges) {
    const chunks = await countRange(counting, range);
    unique.count += chunks.count;
    unique.bytes += chunks.bytes;
  }
  return {
    images: tallies.map(({ image, ...counts }) => describeImage(image, counts)),
    pairs: pairs?.describe(images.map(({ name }) => name)),
    uniqueChunkCount: unique.count,
    uniqueBytes: unique.bytes,
    indexCount,
    indexBytes,
  };
}

interface Tally {
  readonly image: ListedImage;
  chunkCount: number;
  chunkBytes: number;
  uniqueChunkCount: number;
  uniqueBytes: number;
  ownChunkCount: number;
  ownBytes: number;
}

interface Counting {
  readonly store: ChunkStore;
  readonly tallies: readonly Tally[];
  readonly pairs: PairTally | undefined;
  readonly run: StatsRun;
  doneBytes: number;
  readonly totalBytes: number;
}

function createTally(image: ListedImage): Tally {
  return {
    image,
    chunkCount: 0,
    chunkBytes: 0,
    uniqueChunkCount: 0,
    uniqueBytes: 0,
    ownChunkCount: 0,
    ownBytes: 0,
  };
}

function describeImage(image: ListedImage, counts: Omit<Tally, 'image'>): ImageStats {
  return {
    name: image.name,
    chunking: image.chunking,
    layerCount: image.layers.length,
    sizeBytes: image.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...counts,
  };
}

async function countRange(
  counting: Counting,
  range: DigestRange,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const { store, tallies, pairs, run } = counting;
  const chunks = new ChunkOwners(pairs);
  for (const [image, tally] of tallies.entries()) {
    for (const index of new Set(tally.image.layers.map((layer) => layer.index))) {
      run.signal.throwIfAborted();
      // A layer that an image has twice is needed twice, and read once.
      const times = tally.image.layers.filter((layer) => layer.index === index).length;
      await forEachChunk({ store, range }, index, ({ hex, sizeBytes }) => {
        tally.chunkCount += times;
        tally.chunkBytes += sizeBytes * times;
        if (!chunks.own(hex, sizeBytes, image)) return;
        tally.uniqueChunkCount++;
        tally.uniqueBytes += sizeBytes;
      });
      counting.doneBytes += indexSize(store, index);
      run.onProgress(counting.doneBytes, counting.totalBytes);
    }
  }
  return chunks.finish(tallies);
}

const SEVERAL = -1;

/** The chunks of a range, and which images have them. */
class ChunkOwners {
  readonly #table = new DigestTable();
  readonly #pairs: PairTally | undefined;
  #sizes = new Float64Array(1024);
  /** The only image that has the chunk, or SEVERAL. */
  #owners = new Int32Array(1024);
  /** The image that had it last. */
  #last = new Int32Array(1024);

  constructor(pairs: PairTally | undefined) {
    this.#pairs = pairs;
    pairs?.beginRange();
  }

  /** @returns whether the image did not have it so far. */
  own(hex: string, sizeBytes: number, image: number): boolean {
    const before = this.#table.count;
    const chunk = this.#table.add(hex);
    const isNew = chunk === before;
    if (isNew) this.#begin(chunk, sizeBytes, image);
    else if (this.#last[chunk] === image) return false;
    else this.#owners[chunk] = SEVERAL;
    this.#last[chunk] = image;
    this.#pairs?.mark(chunk, image);
    return true;
  }

  finish(tallies: readonly Tally[]): { readonly count: number; readonly bytes: number } {
    let bytes = 0;
    for (let chunk = 0; chunk < this.#table.count; chunk++) {
      const size = this.#sizes[chunk] ?? 0;
      bytes += size;
      const owner = this.#owners[chunk] ?? SEVERAL;
      const tally = tallies[owner];
      if (tally !== undefined) {
        tally.ownChunkCount++;
        tally.ownBytes += size;
      } else this.#pairs?.count(chunk, size);
    }
    return { count: this.#table.count, bytes };
  }

  #begin(chunk: number, sizeBytes: number, image: number): void {
    if (chunk === this.#sizes.length) {
      this.#sizes = grown(this.#sizes, new Float64Array(chunk * 2));
      this.#owners = grown(this.#owners, new Int32Array(chunk * 2));
      this.#last = grown(this.#last, new Int32Array(chunk * 2));
    }
    this.#sizes[chunk] = sizeBytes;
    this.#owners[chunk] = image;
  }
}

function grown<Numbers extends { set(from: Numbers): void }>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

/** A bit for every image and every chunk of a range; then chunks and bytes for every two images. */
class PairTally {
  readonly #imageCount: number;
  readonly #rowWords: number;
  #rows = new Uint32Array(0);
  readonly #counts: Float64Array;
  readonly #bytes: Float64Array;

  constructor(imageCount: number) {
    this.#imageCount = imageCount;
    this.#rowWords = Math.max(1, Math.ceil(imageCount / 32));
    this.#counts = new Float64Array(imageCount * imageCount);
    this.#bytes = new Float64Array(imageCount * imageCount);
  }

  beginRange(): void {
    this.#rows = new Uint32Array(1024 * this.#rowWords);
  }

  mark(chunk: number, image: number): void {
    const word = chunk * this.#rowWords + (image >>> 5);
    if (word >= this.#rows.length) this.#rows = grown(this.#rows, new Uint32Array(this.#rows.length * 2));
    this.#rows[word] = (this.#rows[word] ?? 0) | (1 << (image & 31));
  }

  count(chunk: number, sizeBytes: number): void {
    const images = this.#imagesOf(chunk);
    for (const [index, left] of images.entries()) {
      for (let next = index + 1; next < images.length; next++) {
        const pair = left * this.#imageCount + (images[next] ?? 0);
        this.#counts[pair] = (this.#counts[pair] ?? 0) + 1;
        this.#bytes[pair] = (this.#bytes[pair] ?? 0) + sizeBytes;
      }
    }
  }

  describe(names: readonly string[]): PairStats[] {
    return names.flatMap((left, row) =>
      names.slice(row + 1).map((right, offset): PairStats => {
        const pair = row * this.#imageCount + row + 1 + offset;
        const sharedChunkCount = this.#counts[pair] ?? 0;
        return { left, right, sharedChunkCount, sharedBytes: this.#bytes[pair] ?? 0 };
      }),
    );
  }

  #imagesOf(chunk: number): number[] {
    const images: number[] = [];
    for (let word = 0; word < this.#rowWords; word++) {
      let bits = this.#rows[chunk * this.#rowWords + word] ?? 0;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        images.push(word * 32 + bit);
        bits &= bits - 1;
      }
    }
    return images;
  }
}

function measureIndexes(
  store: ChunkStore,
  images: readonly ListedImage[],
): Pick<StoreStats, 'indexCount' | 'indexBytes'> {
  const names = new Set(images.flatMap(({ layers }) => layers.map(({ index }) => index)));
  let indexBytes = 0;
  for (const name of names) indexBytes += indexSize(store, name);
  return { indexCount: names.size, indexBytes };
}

function indexSize(store: ChunkStore, name: string): number {
  return statSync(indexPath(store, name), { throwIfNoEntry: false })?.size ?? 0;
}
