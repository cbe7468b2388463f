import { connectionErrorCode, connectionFailure, type Failure, isFinal, responseFailure } from './failure.ts';
import type { HttpResponse } from './http.ts';
import { readBody } from './response-text.ts';
import { type Attempt, isTransientStatus, retryAfterMilliseconds, type Retrying } from './retry.ts';

export interface AttemptInput {
  readonly send: () => Promise<HttpResponse>;
  /** The answers that are hoped for. */
  readonly expect: readonly number[];
  readonly failure: Failure;
  readonly retrying: Pick<Retrying, 'clock' | 'signal'>;
}

/** @throws what another attempt cannot mend, as LayahError. */
export async function attemptExchange(input: AttemptInput): Promise<Attempt<HttpResponse>> {
  const { send, expect, failure, retrying } = input;
  return attemptConnection(input, async () => {
    const response = await send();
    if (expect.includes(response.status)) return { kind: 'done', value: response };
    const error = await responseFailure(response, failure);
    if (!isTransientStatus(response.status)) throw error;
    const waitMilliseconds = retryAfterMilliseconds(response.header('retry-after'), retrying.clock);
    return { kind: 'failed', error, waitMilliseconds };
  });
}

/** The same with the body read: a connection that breaks in the middle of it is one more attempt. */
export async function attemptBody(
  input: AttemptInput & { readonly maxBytes: number },
): Promise<Attempt<Buffer | undefined>> {
  const outcome = await attemptExchange(input);
  if (outcome.kind === 'failed') return outcome;
  return attemptConnection(input, async () => ({
    kind: 'done',
    value: await readBody(outcome.value, input.maxBytes),
  }));
}

/** Work whose connection may break. @throws what another attempt cannot mend. */
export async function attemptConnection<Value>(
  { failure, retrying }: Pick<AttemptInput, 'failure' | 'retrying'>,
  work: () => Promise<Attempt<Value>>,
): Promise<Attempt<Value>> {
  try {
    return await work();
  } catch (thrown) {
    retrying.signal.throwIfAborted();
    if (connectionErrorCode(thrown) === '') throw thrown;
    const error = connectionFailure(thrown, failure);
    if (isFinal(thrown)) throw error;
    return { kind: 'failed', error, waitMilliseconds: undefined };
  }
}
