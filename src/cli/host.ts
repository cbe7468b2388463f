import type { Machine } from '../config/machine.ts';
import type { LogStream } from './log.ts';

/** What a command gets of the process that it runs in. */
export interface Host {
  readonly machine: Machine;
  readonly stdout: NodeJS.WritableStream;
  /** How wide a report on standard output may be. */
  readonly stdoutColumns: () => number;
  readonly stderr: LogStream;
  /** From now on a signal does not kill the process but aborts, with the LayahError to end with as the reason. */
  readonly abortOnSignals: () => AbortSignal;
}
