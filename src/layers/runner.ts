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
    input: new Uint8Array(inputBytes),
    output: new Uint8Array(outputCapacityBytes(inputBytes)),
  };
  return {
    slots: [slot],
    // oxlint needs no await here: an error becomes a rejection, as it does in a pool.
    run: async (_slotIndex, job) => Promise.resolve(executeJob(executor, job, slot)),
    close: async () => Promise.resolve(),
  };
}
