import { setImmediate } from 'node:timers/promises';
import { allocateReadBuffer } from '../model/read-buffer.ts';
import type { JobMessage, Slot } from './jobs.ts';
import { outputCapacityBytes } from './jobs.ts';
import { executeJob, type Executor, type JobResult } from './execute-job.ts';

/** Executes jobs, in this thread or in others. Results arrive in any order; the caller keeps theirs. */
export interface JobRunner {
  readonly slots: readonly Slot[];
  run(slotIndex: number, job: JobMessage): Promise<JobResult>;
  close(): Promise<void>;
}

/** Everything in this thread: for `--threads 1` and for tests. */
export function inlineRunner(executor: Executor, inputBytes: number): JobRunner {
  const slot = {
    input: allocateReadBuffer(inputBytes),
    output: new Uint8Array(outputCapacityBytes(inputBytes)),
  };
  return {
    slots: [slot],
    async run(_slotIndex, job) {
      // Signals are heard only between turns of the event loop.
      await setImmediate();
      return executeJob(executor, job, slot);
    },
    close: async () => Promise.resolve(),
  };
}
