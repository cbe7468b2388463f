import { constants } from 'node:os';
import { LayahError } from '../model/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Signal = (typeof SIGNALS)[number];

/*
 * Every signal is handled from the start to the end, and none is left to its default: as process 1 of a container
 * the kernel drops a signal that has no handler.
 */

/**
 * Until the returned function is called, a signal ends the process at once.
 * @param exit gets the code as a shell reports it: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP.
 */
export function exitOnSignals(exit: (exitCode: number) => void): () => void {
  return onEverySignal((signal) => exit(signalExitCode(signal)));
}

/**
 * The first signal, or an exception that nobody caught, aborts the run, which then clears up and ends. A second signal
 * does not wait for that.
 * @param onStop gets the code to exit with in the end, when a signal was the reason.
 * @param exit gets it for a second signal.
 */
export function abortOnSignals(
  onStop: (exitCode: number) => void,
  exit: (exitCode: number) => void,
): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: unknown): void => {
    stopListening();
    exitOnSignals(exit);
    process.off('uncaughtException', stop);
    controller.abort(reason);
  };
  const stopListening = onEverySignal((signal) => {
    onStop(signalExitCode(signal));
    stop(new LayahError({ code: 'cancelled', message: `stopped by ${signal}` }));
  });
  process.on('uncaughtException', stop);
  return controller.signal;
}

function onEverySignal(handle: (signal: Signal) => void): () => void {
  const handlers = SIGNALS.map((signal) => ({ signal, handler: () => handle(signal) }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}

function signalExitCode(signal: Signal): number {
  return 128 + constants.signals[signal];
}
