import { Worker } from 'node:worker_threads';
import { LayahError } from '../model/errors.ts';
import type { GzipEngine } from '../model/gzip-engine.ts';
import { allocateSharedReadBuffer } from '../model/read-buffer.ts';
import { executeJob, type Executor, type JobResult } from './execute-job.ts';
import { outputCapacityBytes, type JobMessage } from './jobs.ts';
import type { CarriedError, WorkerReply, WorkerRequest, WorkerSetup } from './messages.ts';
import type { JobRunner, NumberedSlot } from './runner.ts';

export interface PoolSettings {
  /** Of this thread. */
  readonly executor: Executor;
  readonly engine: GzipEngine;
  /** This one is among them. */
  readonly threads: number;
  readonly inputBytes: number;
  /** The compiled layer-worker.js. */
  readonly workerUrl: URL;
}

/** Slots enough to keep every worker busy while one result is consumed, but no more than this much memory in input. */
const SLOT_MEMORY_BYTES = 96 << 20;

/** A worker makes hardly any garbage, and V8 would let it pile up to 48 MB in each of them. */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/** Ordering and hashing what more workers give leaves this thread no time for jobs of its own. */
const MAX_HELPED_WORKERS = 3;

/** So that a worker goes on when this thread, which executes a job itself, sees late what the worker has done. */
const JOBS_A_WORKER = 2;

/** Worker threads and this one, which share the slots. */
export function workerPool(settings: PoolSettings): JobRunner {
  return new WorkerPool(settings);
}

interface PendingJob {
  readonly slot: NumberedSlot;
  readonly job: JobMessage;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (reason: unknown) => void;
}

class WorkerPool implements JobRunner {
  readonly slots: readonly NumberedSlot[];
  readonly #own: Executor;
  readonly #workers: readonly Worker[];
  /** One a worker: settled when it is ready, or never will be. */
  readonly #started: Promise<void>[] = [];
  /** How many jobs each worker has that is ready. */
  readonly #taken = new Map<Worker, number>();
  readonly #queue: PendingJob[] = [];
  readonly #running = new Map<number, PendingJob>();
  #failure: Error | undefined;

  constructor(settings: PoolSettings) {
    const { executor, engine, threads, workerUrl } = settings;
    this.slots = sharedSlots(settings);
    this.#own = executor;
    const setup: WorkerSetup = { prefix: executor.prefix, engine, slots: this.slots };
    const workers = threads - 1 > MAX_HELPED_WORKERS ? threads : threads - 1;
    this.#workers = Array.from({ length: workers }, () => this.#start(workerUrl, setup));
  }

  async run(slot: NumberedSlot, job: JobMessage): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#queue.push({ slot, job, resolve, reject });
      this.#dispatch();
    });
  }

  help(): boolean {
    const pending = this.#queue.shift();
    if (pending === undefined) return false;
    try {
      pending.resolve(executeJob(this.#own, pending.job, pending.slot));
    } catch (thrown) {
      pending.reject(thrown);
    }
    return true;
  }

  async close(): Promise<void> {
    this.#fail(new LayahError({ code: 'cancelled', message: 'the worker threads were stopped' }));
    // A thread that is ended while it loads a native library takes the whole process with it.
    await Promise.all(this.#started);
    await Promise.all(this.#workers.map(async (worker) => worker.terminate()));
  }

  #start(url: URL, setup: WorkerSetup): Worker {
    // Without own streams a worker shares the stdout pipe and may lose writes to EAGAIN.
    const worker = new Worker(url, { workerData: setup, stdout: true, stderr: true, resourceLimits: LIMITS });
    worker.on('error', (error) => this.#fail(crashed(error)));
    this.#started.push(
      new Promise((resolve) => {
        worker.on('exit', () => resolve());
        worker.on('message', (reply: WorkerReply) => {
          if (reply.kind === 'ready') resolve();
          else this.#settle(reply);
          this.#taken.set(worker, (this.#taken.get(worker) ?? 1) - 1);
          this.#dispatch();
        });
      }),
    );
    return worker;
  }

  /** First a job to each worker that has none. */
  #dispatch(): void {
    for (let limit = 1; limit <= JOBS_A_WORKER; limit++) {
      for (const [worker, taken] of this.#taken) {
        if (taken < limit) this.#post(worker, taken);
      }
    }
  }

  #post(worker: Worker, taken: number): void {
    const pending = this.#queue.shift();
    if (pending === undefined) return;
    const request: WorkerRequest = { slotIndex: pending.slot.index, job: pending.job };
    this.#running.set(request.slotIndex, pending);
    this.#taken.set(worker, taken + 1);
    worker.postMessage(request);
  }

  #settle(reply: Exclude<WorkerReply, { kind: 'ready' }>): void {
    const pending = this.#running.get(reply.slotIndex);
    this.#running.delete(reply.slotIndex);
    if (reply.kind === 'done') pending?.resolve(reply.result);
    else pending?.reject(revive(reply.error));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const pending of [...this.#running.values(), ...this.#queue]) pending.reject(this.#failure);
    this.#running.clear();
    this.#queue.length = 0;
  }
}

function sharedSlots({ threads, inputBytes }: PoolSettings): NumberedSlot[] {
  const affordable = Math.floor(SLOT_MEMORY_BYTES / inputBytes);
  const count = threads === 1 ? 1 : Math.max(threads + 1, Math.min(2 * threads + 2, affordable));
  return Array.from({ length: count }, (_, index) => ({
    index,
    input: allocateSharedReadBuffer(inputBytes),
    output: new Uint8Array(new SharedArrayBuffer(outputCapacityBytes(inputBytes))),
  }));
}

function revive({ code, message, hint, causeMessage }: CarriedError): LayahError {
  const cause = causeMessage === undefined ? undefined : new Error(causeMessage);
  return new LayahError({ code, message, ...(hint === undefined ? {} : { hint }), cause });
}

function crashed(cause: Error): LayahError {
  return new LayahError({ code: 'internal', message: 'a worker thread ended unexpectedly', cause });
}
