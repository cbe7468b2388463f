import { Worker } from 'node:worker_threads';
import { LayahError } from '../model/errors.ts';
import type { GzipEngine } from '../model/gzip-engine.ts';
import type { HostPrefix } from '../model/host-path.ts';
import { allocateSharedReadBuffer } from '../model/read-buffer.ts';
import type { JobResult } from './execute-job.ts';
import { outputCapacityBytes, type JobMessage, type Slot } from './jobs.ts';
import type { CarriedError, WorkerReply, WorkerRequest, WorkerSetup } from './messages.ts';
import type { JobRunner } from './runner.ts';

export interface PoolSettings {
  readonly prefix: HostPrefix | undefined;
  readonly engine: GzipEngine;
  readonly threads: number;
  readonly inputBytes: number;
  /** The compiled layer-worker.js. */
  readonly workerUrl: URL;
}

/** Slots enough to keep every worker busy while one result is consumed, but no more than this much memory in input. */
const SLOT_MEMORY_BYTES = 96 << 20;

/** A worker makes hardly any garbage, and V8 would let it pile up to 48 MB in each of them. */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/** Worker threads that share the slots. A free worker takes the oldest job. */
export function workerPool(settings: PoolSettings): JobRunner {
  return new WorkerPool(settings);
}

interface PendingJob {
  readonly request: WorkerRequest;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (reason: Error) => void;
}

class WorkerPool implements JobRunner {
  readonly slots: readonly Slot[];
  readonly #workers: readonly Worker[];
  /** One a worker: settled when it is ready, or never will be. */
  readonly #started: Promise<void>[] = [];
  readonly #idle: Worker[] = [];
  readonly #queue: PendingJob[] = [];
  readonly #running = new Map<number, PendingJob>();
  #failure: Error | undefined;

  constructor(settings: PoolSettings) {
    const { prefix, engine } = settings;
    this.slots = sharedSlots(settings);
    const setup: WorkerSetup = { prefix, engine, slots: this.slots };
    this.#workers = Array.from({ length: settings.threads }, () => this.#start(settings.workerUrl, setup));
  }

  async run(slotIndex: number, job: JobMessage): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#queue.push({ request: { slotIndex, job }, resolve, reject });
      this.#dispatch();
    });
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
          this.#idle.push(worker);
          this.#dispatch();
        });
      }),
    );
    return worker;
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop();
      const pending = this.#queue.shift();
      if (worker === undefined || pending === undefined) return;
      this.#running.set(pending.request.slotIndex, pending);
      worker.postMessage(pending.request);
    }
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

function sharedSlots({ threads, inputBytes }: PoolSettings): Slot[] {
  const affordable = Math.floor(SLOT_MEMORY_BYTES / inputBytes);
  const count = Math.max(threads + 1, Math.min(2 * threads + 2, affordable));
  return Array.from({ length: count }, () => ({
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
