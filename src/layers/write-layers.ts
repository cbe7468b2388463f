/*
 * Writes layers: takes what each one holds, gives blobs with their descriptors, one after the other and in order.
 * Jobs of several layers are under way at once, so that one huge layer and many small ones both use every thread;
 * a window of slots bounds what is in memory.
 */
import { setImmediate } from 'node:timers/promises';
import { LayahError } from '../model/errors.ts';
import type { LayerContents } from '../model/layer.ts';
import { openEngine } from './engines/open-engine.ts';
import { refuseLargeToc } from './estargz/toc-limit.ts';
import { TocTar } from './estargz/toc-tar.ts';
import type { JobResult } from './execute-job.ts';
import type { DeflateEngine } from './gzip.ts';
import { createJobSource, slotCapacityBytes, type Job, type JobSource } from './jobs.ts';
import { LayerAssembler } from './layer-assembler.ts';
import { PlainLayerWriter } from './plain-layers.ts';
import type { JobRunner, NumberedSlot } from './runner.ts';
import type { LayerSettings } from './settings.ts';
import { BlobSpool } from './spool.ts';
import { workerPool } from './worker-pool.ts';
import type { WrittenLayer } from './written-layer.ts';

/** Has threads, from its creation until it is closed. */
export interface LayerWriter {
  /**
   * @throws LayahError naming the file that could not be read or that changed; before any layer is written, when one of
   * them is too large for eStargz.
   */
  writeAll(layers: readonly LayerContents[]): AsyncGenerator<WrittenLayer>;
  /** For layers that come one by one; only after the layer before has been read. @throws LayahError as above. */
  write(layer: LayerContents): Promise<WrittenLayer>;
  close(): Promise<void>;
}

/** Does not wait for its threads: they load what they need while the caller still finds out what to write. */
export async function createLayerWriter(settings: LayerSettings): Promise<LayerWriter> {
  const writing = await open(settings);
  const plain = new PlainLayerWriter(settings);
  return {
    writeAll: (layers) => writeInOrder(layers, plain, writing),
    write: (layer) => nextOf(writeInOrder([layer], plain, writing)),
    close: () => close(writing),
  };
}

/** A thread takes as long to start as it takes to compress so much. */
const CONTENT_BYTES_A_THREAD = 8 << 20;

export function usefulThreads(contentBytes: number): number {
  return Math.max(1, Math.ceil(contentBytes / CONTENT_BYTES_A_THREAD));
}

async function* writeInOrder(
  layers: readonly LayerContents[],
  plain: PlainLayerWriter,
  writing: Writing,
): AsyncGenerator<WrittenLayer> {
  for (const layer of layers) refuseLargeToc(layer, writing.settings.chunkSizeBytes);
  const compressed = writeAll(
    writing,
    layers.filter(({ format }) => format !== 'none'),
  );
  for (const layer of layers) yield layer.format === 'none' ? plain.write(layer) : nextOf(compressed);
}

async function nextOf(layers: AsyncGenerator<WrittenLayer>): Promise<WrittenLayer> {
  const { done, value } = await layers.next();
  if (done !== true) return value;
  throw new LayahError({ code: 'internal', message: 'a layer was not written' });
}

interface Writing {
  readonly settings: LayerSettings;
  readonly engine: DeflateEngine;
  readonly spool: BlobSpool;
  readonly tocTar: TocTar;
  readonly runner: JobRunner;
}

async function open(settings: LayerSettings): Promise<Writing> {
  const engine = await openEngine(settings.engine);
  const spool = new BlobSpool(settings.temporaryDirectory);
  return { settings, engine, spool, tocTar: new TocTar(), runner: createRunner(settings, engine) };
}

async function close({ runner, spool }: Writing): Promise<void> {
  await runner.close();
  spool.close();
}

async function* writeAll(
  { settings, engine, spool, tocTar, runner }: Writing,
  layers: readonly LayerContents[],
): AsyncGenerator<WrittenLayer> {
  const { externalToc } = settings;
  const remaining = layers.values();
  let layer: LayerContents | undefined;
  let assembler: LayerAssembler | undefined;
  for await (const { job, result, slot } of runJobs(createJobSource(layers, settings), runner)) {
    settings.signal.throwIfAborted();
    layer ??= remaining.next().value;
    if (layer === undefined) return;
    assembler ??= new LayerAssembler(layer, { spool, tocTar, engine, externalToc });
    assembler.add(job, result, slot);
    settings.onContentBytes(job.contentBytes);
    if (!job.endsLayer) continue;
    yield assembler.finish();
    layer = assembler = undefined;
  }
}

function createRunner(settings: LayerSettings, ownEngine: DeflateEngine): JobRunner {
  const { prefix, engine, threads } = settings;
  const inputBytes = slotCapacityBytes(settings);
  const workerUrl = new URL('../layers/layer-worker.js', import.meta.url);
  return workerPool({ executor: { prefix, engine: ownEngine }, engine, threads, inputBytes, workerUrl });
}

interface FinishedJob {
  readonly job: Job;
  readonly result: JobResult;
  readonly slot: NumberedSlot;
}

interface StartedJob {
  readonly job: Job;
  readonly slot: NumberedSlot;
  readonly result: Promise<JobResult>;
}

/** Results in the order of the jobs. A slot is free again when the next result is asked for. */
async function* runJobs(source: JobSource, runner: JobRunner): AsyncGenerator<FinishedJob> {
  const free = [...runner.slots];
  const started: StartedJob[] = [];
  const startMore = (): void => {
    for (let slot = free.pop(); slot !== undefined; slot = free.pop()) {
      const job = source.fill(slot);
      if (job === undefined) return;
      const result = runner.run(slot, job.message);
      // The failure is thrown where the result is awaited, in order; until then it counts as handled.
      result.catch(() => {});
      started.push({ job, slot, result });
    }
  };
  startMore();
  for (let oldest = started.shift(); oldest !== undefined; oldest = started.shift()) {
    const { job, slot } = oldest;
    yield { job, result: await helpUntil(oldest.result, runner), slot };
    free.push(slot);
    startMore();
  }
}

/** Executes other jobs in this thread until the result is there. */
async function helpUntil(result: Promise<JobResult>, runner: JobRunner): Promise<JobResult> {
  const settled = result.then(
    () => true,
    () => true,
  );
  // Signals and what workers reply are heard only between turns of the event loop.
  const isSettled = async (): Promise<boolean> => Promise.race([settled, setImmediate(false)]);
  while (!(await isSettled()) && runner.help());
  return result;
}
