/*
 * layah chunk compare: what stores of the same images would hold, by the way in which layers are cut. Every layer is read
 * once, and cut in all ways at the same time.
 */
import { performance } from 'node:perf_hooks';
import { createChunkCounter } from '../chunks/chunk-counter.ts';
import { createIndexWriter } from '../chunks/index-writer.ts';
import { createLayerRecorder, type LayerRecorder, type RecordedLayer } from '../chunks/record-layer.ts';
import type { ChunkCompareOptions, Chunking, ImageToChunk } from '../model/chunk-options.ts';
import type { ChunkComparison } from '../model/chunk-report.ts';
import type { DiffId } from '../model/digest.ts';
import { fileDestination } from '../output/destination.ts';
import { renderComparisonSvg } from '../reports/chunk-svg.ts';
import { type ChunkedLayer, indexHeader, layersToRecord, recordLayer } from './chunk-layer.ts';
import { withSelectedImage } from './open-selected-image.ts';
import type { RunContext } from './run.ts';

/** In the order of the strategies. @throws LayahError `bad-image` */
export async function runChunkCompare(
  options: ChunkCompareOptions,
  context: RunContext,
): Promise<readonly ChunkComparison[]> {
  const { svg } = options;
  // Before any work is done, so that a bad path fails at once.
  const drawing = svg === undefined ? undefined : await fileDestination(svg, 'drawing');
  try {
    const results = await compareStrategies(options, context);
    await drawing?.write(Buffer.from(renderComparisonSvg(results)));
    await drawing?.commit();
    return results;
  } catch (thrown) {
    await drawing?.abort();
    throw thrown;
  }
}

async function compareStrategies(
  { images, strategies, filesystem }: ChunkCompareOptions,
  context: RunContext,
): Promise<readonly ChunkComparison[]> {
  const trials = strategies.map((strategy): Trial => new Trial({ strategy, filesystem }));
  // A layer that several images have is read once.
  const known = new Set<DiffId>();
  for (const image of images) await tryImage(image, { context, trials, known });
  return trials.map((trial) => trial.result());
}

interface Trying {
  readonly context: RunContext;
  readonly trials: readonly Trial[];
  readonly known: Set<DiffId>;
}

async function tryImage(image: ImageToChunk, { context, trials, known }: Trying): Promise<void> {
  const { reporter, signal } = context;
  await withSelectedImage(image, context, async (store, selected) => {
    const layers = layersToRecord(selected);
    const totalBytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
    let doneBytes = 0;
    const onBytes = (count: number): void => {
      doneBytes += count;
      reporter.progress(image.text, doneBytes, totalBytes);
    };
    for (const layer of layers) {
      const { diffId } = layer;
      if (!known.has(diffId)) {
        const reading = { store, limits: image, reporter, signal, onBytes };
        const chunked = trials.map((trial) => trial.begin(diffId));
        const recorded = await recordLayer(reading, layer, chunked);
        for (const [index, totals] of recorded.entries()) trials[index]?.end(diffId, totals);
        known.add(diffId);
      }
      for (const trial of trials) trial.count(diffId);
    }
  });
}

/** One way to cut, over all layers. */
class Trial {
  readonly #chunking: Chunking;
  readonly #chunks = createChunkCounter();
  readonly #layers = new Map<DiffId, RecordedLayer>();
  readonly #totals = { chunkCount: 0, chunkBytes: 0, uniqueChunkCount: 0, uniqueBytes: 0, indexBytes: 0 };
  #milliseconds = 0;

  constructor(chunking: Chunking) {
    this.#chunking = chunking;
  }

  begin(diffId: DiffId): ChunkedLayer {
    const index = createIndexWriter(indexHeader(this.#chunking, diffId), (bytes) => {
      this.#totals.indexBytes += bytes.length;
    });
    const recorder = createLayerRecorder(this.#chunking, { chunks: this.#chunks, index });
    return { chunking: this.#chunking, recorder: this.#timed(recorder) };
  }

  end(diffId: DiffId, layer: RecordedLayer): void {
    this.#layers.set(diffId, layer);
    this.#totals.uniqueChunkCount += layer.newChunkCount;
    this.#totals.uniqueBytes += layer.newBytes;
  }

  /** An image has the layer. */
  count(diffId: DiffId): void {
    const layer = this.#layers.get(diffId);
    this.#totals.chunkCount += layer?.chunkCount ?? 0;
    this.#totals.chunkBytes += layer?.chunkBytes ?? 0;
  }

  result(): ChunkComparison {
    return { ...this.#chunking, ...this.#totals, seconds: this.#milliseconds / 1000 };
  }

  #timed(recorder: LayerRecorder): LayerRecorder {
    const time = <Result>(action: () => Result): Result => {
      const started = performance.now();
      const result = action();
      this.#milliseconds += performance.now() - started;
      return result;
    };
    return {
      entry: (entry, raw) => time(() => recorder.entry(entry, raw)),
      content: (part, endsFile) => time(() => recorder.content(part, endsFile)),
      raw: (bytes) => time(() => recorder.raw(bytes)),
      opaque: (part) => time(() => recorder.opaque(part)),
      finish: () => time(() => recorder.finish()),
    };
  }
}
