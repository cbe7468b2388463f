import { attemptBody } from './attempt.ts';
import { protocolFailure } from './failure.ts';
import type { HttpResponse } from './http.ts';
import { withRetries } from './retry.ts';
import type { RegistryRequest, Session } from './session.ts';

export interface FetchedDocument {
  /** Its body has been read. */
  readonly response: HttpResponse;
  readonly bytes: Buffer;
}

/** Registries take manifests of 4 MiB; a larger document is an attack on our memory. */
const MAX_DOCUMENT_BYTES = 16 << 20;

/** A whole answer in memory. @throws LayahError `registry`, also when it is too large. */
export async function fetchDocument(
  session: Session,
  request: Omit<RegistryRequest, 'method'>,
): Promise<FetchedDocument> {
  const { retrying } = session;
  const { expect } = request;
  const failure = session.failure(request.doing);
  return withRetries(retrying, async () => {
    const outcome = await session.attempt({ ...request, method: 'GET' });
    if (outcome.kind === 'failed') return outcome;
    const response = outcome.value;
    const maxBytes = MAX_DOCUMENT_BYTES;
    const read = await attemptBody({ send: async () => response, expect, failure, retrying, maxBytes });
    if (read.kind === 'failed') return read;
    if (read.value === undefined) throw protocolFailure(failure, `sent more than ${maxBytes} bytes`);
    return { kind: 'done', value: { response, bytes: read.value } };
  });
}
