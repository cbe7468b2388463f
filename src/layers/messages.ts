import type { ErrorCode } from '../model/errors.ts';
import type { GzipEngine } from '../model/gzip-engine.ts';
import type { HostPrefix } from '../model/host-path.ts';
import type { JobResult } from './execute-job.ts';
import type { JobMessage, Slot } from './jobs.ts';

/** What a worker gets when it starts. */
export interface WorkerSetup {
  readonly prefix: HostPrefix | undefined;
  readonly engine: GzipEngine;
  /** Their memory is shared, not copied. */
  readonly slots: readonly Slot[];
}

export interface WorkerRequest {
  readonly slotIndex: number;
  readonly job: JobMessage;
}

export type WorkerReply =
  /** Once: its engine is loaded, and it takes jobs. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly slotIndex: number; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly slotIndex: number; readonly error: CarriedError };

/** A LayahError as plain data; classes do not survive the way between threads. */
export interface CarriedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly causeMessage: string | undefined;
}
