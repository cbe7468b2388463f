/** A worker thread: takes jobs whose data lies in shared slots, answers with offsets and digests. */
import { parentPort, workerData } from 'node:worker_threads';
import { LayahError } from '../model/errors.ts';
import { openEngine } from './engines/open-engine.ts';
import { executeJob, type Executor } from './execute-job.ts';
import type { CarriedError, WorkerReply, WorkerRequest, WorkerSetup } from './messages.ts';

const { prefix, engine, slots }: WorkerSetup = workerData;

void takeJobs();

async function takeJobs(): Promise<void> {
  const executor = { prefix, engine: await openEngine(engine) };
  parentPort?.on('message', (request: WorkerRequest) => reply(answer(executor, request)));
  reply({ kind: 'ready' });
}

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}

function answer(executor: Executor, { slotIndex, job }: WorkerRequest): WorkerReply {
  try {
    const slot = slots[slotIndex];
    if (slot === undefined) throw new LayahError({ code: 'internal', message: `no slot ${slotIndex}` });
    return { kind: 'done', slotIndex, result: executeJob(executor, job, slot) };
  } catch (thrown) {
    return { kind: 'failed', slotIndex, error: carry(thrown) };
  }
}

function carry(thrown: unknown): CarriedError {
  if (!(thrown instanceof LayahError)) {
    return { code: 'internal', message: String(thrown), hint: undefined, causeMessage: undefined };
  }
  const { code, message, hint, cause } = thrown;
  return { code, message, hint, causeMessage: cause instanceof Error ? cause.message : undefined };
}
