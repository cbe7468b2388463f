import { LayahError } from '../model/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal, or an exception that nobody caught, aborts the run, which then clears up and ends. After that
 * everything is as by default again: a second signal kills at once.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: unknown): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('uncaughtException', stop);
    controller.abort(reason);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    stop(new LayahError({ code: 'cancelled', message: `stopped by ${signal}` }));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', stop);
  return controller.signal;
}
