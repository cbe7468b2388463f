import { setTimeout as timer } from 'node:timers/promises';

/** Time, as a value: tests have their own. */
export interface Clock {
  nowMilliseconds(): number;
  /** @throws the signal's reason once it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMilliseconds: () => Date.now(),
  async sleep(milliseconds, signal) {
    await timer(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
};
