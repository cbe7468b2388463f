import type { LayahError } from '../model/errors.ts';
import type { Clock } from './clock.ts';

/** How one attempt ended: with a value, or in a way that another attempt may mend. */
export type Attempt<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | {
      readonly kind: 'failed';
      readonly error: LayahError;
      /** What the registry asks for (Retry-After); undefined when it does not say. */
      readonly waitMilliseconds: number | undefined;
    };

export interface Retrying {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRetry: (error: LayahError, waitMilliseconds: number) => void;
}

/** Doubling, and without chance: the same failures give the same run. Seven attempts in half a minute. */
const DELAYS_MILLISECONDS: readonly number[] = [500, 1000, 2000, 4000, 8000, 16_000];
/** A registry that wants us to wait longer than this is not waited for. */
const MAX_WAIT_MILLISECONDS = 120_000;

/** @throws the error of the last attempt, or what an attempt throws: that is final. */
export async function withRetries<Value>(
  { clock, signal, onRetry }: Retrying,
  attempt: () => Promise<Attempt<Value>>,
): Promise<Value> {
  for (const delay of [...DELAYS_MILLISECONDS, undefined]) {
    const outcome = await attempt();
    if (outcome.kind === 'done') return outcome.value;
    const wait = outcome.waitMilliseconds ?? 0;
    if (delay === undefined || wait > MAX_WAIT_MILLISECONDS) throw outcome.error;
    const waitMilliseconds = Math.max(delay, wait);
    onRetry(outcome.error, waitMilliseconds);
    await clock.sleep(waitMilliseconds, signal);
  }
  throw new Error('the last attempt has no delay after it');
}

/** Answers after which the same request may succeed: too many requests, or a registry in trouble. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Retry-After: seconds or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterMilliseconds(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.nowMilliseconds());
}
