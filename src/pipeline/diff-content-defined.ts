/*
 * What of an update's new layers the old image has, cut by content: for that both are read as a whole.
 */
import { createChunkCounter } from '../chunks/chunk-counter.ts';
import type { ChunkConsumer } from '../chunks/chunk-writer.ts';
import { createIndexWriter } from '../chunks/index-writer.ts';
import { createLayerRecorder } from '../chunks/record-layer.ts';
import type { Chunking } from '../model/chunk-options.ts';
import type { ContentDefinedDownload } from '../model/diff-report.ts';
import type { Digest } from '../model/digest.ts';
import type { ReadLimits } from '../model/options.ts';
import { indexHeader, layersToRecord, recordLayer } from './chunk-layer.ts';
import type { OpenedImage } from './read-image.ts';
import type { RunContext } from './run.ts';

export interface ContentDefinedComparison {
  /** The layers of an image that were not cut before. */
  cut(opened: OpenedImage, limits: ReadLimits, context: RunContext): Promise<ContentDefinedDownload>;
}

/** The first image that is cut is what a client has, and what the second one has besides is its download. */
export function createContentDefinedComparison(averageChunkBytes: number): ContentDefinedComparison {
  const chunks = createChunkCounter();
  const chunking = {
    strategy: { name: 'content-defined', chunkSizeBytes: averageChunkBytes },
    // As the chunk store does: contents are cut, metadata is in its index.
    filesystem: true,
  } as const;
  const known = new Set<Digest>();
  return {
    async cut(opened, limits, context) {
      const cut = await cutLayers(opened, { limits, context, chunking, chunks, known });
      return { averageChunkBytes, ...cut };
    },
  };
}

interface Cutting {
  readonly limits: ReadLimits;
  readonly context: RunContext;
  readonly chunking: Chunking;
  readonly chunks: ChunkConsumer;
  readonly known: Set<Digest>;
}

async function cutLayers(
  { store, image }: OpenedImage,
  { limits, context, chunking, chunks, known }: Cutting,
): Promise<Omit<ContentDefinedDownload, 'averageChunkBytes'>> {
  const { reporter, signal } = context;
  const layers = layersToRecord(image).filter(({ descriptor }) => !known.has(descriptor.digest));
  const totalBytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    reporter.progress('cut', doneBytes, totalBytes);
  };
  const totals = { chunkCount: 0, sharedChunkCount: 0, sizeBytes: 0, newChunkBytes: 0 };
  for (const layer of layers) {
    if (known.has(layer.descriptor.digest)) continue;
    known.add(layer.descriptor.digest);
    const index = createIndexWriter(indexHeader(chunking, layer.diffId), () => {});
    const recorder = createLayerRecorder(chunking, { chunks, index });
    const reading = { store, limits, reporter, signal, onBytes };
    for (const recorded of await recordLayer(reading, layer, [{ chunking, recorder }])) {
      totals.chunkCount += recorded.chunkCount;
      totals.sharedChunkCount += recorded.chunkCount - recorded.newChunkCount;
      totals.sizeBytes += recorded.chunkBytes;
      totals.newChunkBytes += recorded.newBytes;
    }
  }
  return totals;
}
