import type { RunContext } from '../pipeline/run.ts';
import type { FlagValues } from './flag-values.ts';
import { limitGarbage } from './garbage.ts';
import type { Host } from './host.ts';
import { createLog, type Log } from './log.ts';
import { parseLogSettings } from './log-settings.ts';

export interface Finished<Result> {
  readonly result: Result;
  readonly seconds: number;
  readonly log: Log;
  readonly verbosity: number;
}

/** Runs a pipeline function with progress and signals; what it throws after a signal is the signal's error. */
export async function runWithLog<Result>(
  values: FlagValues,
  host: Host,
  run: (context: RunContext) => Promise<Result>,
): Promise<Finished<Result>> {
  limitGarbage();
  const settings = parseLogSettings(values);
  const log = createLog(settings, host.stderr);
  const started = host.stderr.nowMilliseconds();
  const signal = host.abortOnSignals();
  try {
    const result = await run({ reporter: log.reporter, signal, stdout: host.stdout });
    const seconds = (host.stderr.nowMilliseconds() - started) / 1000;
    return { result, seconds, log, verbosity: settings.verbosity };
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    log.close();
  }
}
