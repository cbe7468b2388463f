import type { JobResult } from './execute-job.ts';
import type { JobMessage, Slot } from './jobs.ts';

export interface NumberedSlot extends Slot {
  /** What threads call it by. */
  readonly index: number;
}

/** Executes jobs, in this thread and in others. Results arrive in any order; the caller keeps theirs. */
export interface JobRunner {
  readonly slots: readonly NumberedSlot[];
  /** Hands a job over to whoever takes it first: a worker that is free, or this thread when it helps. */
  run(slot: NumberedSlot, job: JobMessage): Promise<JobResult>;
  /** Executes the oldest job that nobody has taken, in this thread. @returns false when there is none. */
  help(): boolean;
  close(): Promise<void>;
}
