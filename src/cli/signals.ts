import { constants } from 'node:os';
import { LayahError } from '../model/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Signal = (typeof SIGNALS)[number];

/** @param exitCode - as a shell reports the signal: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
type Reaction = (stopped: LayahError, exitCode: number) => void;

export interface SignalHandling {
  /**
   * From now on the first signal, or an exception that nobody caught, aborts the run, which then clears up and ends. A
   * second signal does not wait for that.
   * @param onStop gets the code to exit with in the end, when a signal was the reason.
   */
  abortOnSignals(onStop: (exitCode: number) => void): AbortSignal;
}

/**
 * Handles every signal from now on to the end, and leaves none to its default: as process 1 of a container the kernel
 * drops a signal that has no handler. The handlers stay, and only what they do changes: a signal that came while modules
 * were loaded waits for the event loop, and would be lost with the handler that it came for.
 * @param exit ends the process at once.
 */
export function handleSignals(exit: Reaction): SignalHandling {
  let react = exit;
  for (const signal of SIGNALS) process.on(signal, () => react(stoppedBy(signal), signalExitCode(signal)));
  return {
    abortOnSignals(onStop) {
      const controller = new AbortController();
      const stop = (reason: unknown): void => {
        react = exit;
        process.off('uncaughtException', stop);
        controller.abort(reason);
      };
      process.on('uncaughtException', stop);
      react = (stopped, exitCode) => {
        onStop(exitCode);
        stop(stopped);
      };
      return controller.signal;
    },
  };
}

function stoppedBy(signal: Signal): LayahError {
  return new LayahError({ code: 'cancelled', message: `stopped by ${signal}` });
}

function signalExitCode(signal: Signal): number {
  return 128 + constants.signals[signal];
}
