/*
 * Reads blobs (distribution-spec, "Pulling blobs"): whole as a stream that goes on where a broken connection stopped, or
 * in part.
 */
import { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import { attemptConnection } from './attempt.ts';
import { type Failure, protocolFailure } from './failure.ts';
import type { HttpResponse } from './http.ts';
import { discardBody } from './response-text.ts';
import { type Attempt, withRetries } from './retry.ts';
import type { Session } from './session.ts';

/** @returns the bytes of the blob, undefined when it is not there. */
export async function findBlobSize(session: Session, digest: Digest): Promise<number | undefined> {
  const doing = `looking for the blob ${digest}`;
  const request = { path: `blobs/${digest}`, doing };
  let response = await session.send({ ...request, method: 'HEAD', expect: [200, 404, 405, 501] });
  await discardBody(response);
  if (response.status === 405 || response.status === 501) {
    // No HEAD here: the headers of the content say it too.
    response = await session.send({ ...request, method: 'GET', expect: [200, 404] });
    response.body.destroy();
  }
  if (response.status === 404) return undefined;
  const sizeBytes = contentLength(response);
  if (sizeBytes === undefined) throw protocolFailure(session.failure(doing), 'did not say how large it is');
  return sizeBytes;
}

/** The bytes of a response's body, if it says so. */
function contentLength(response: HttpResponse): number | undefined {
  const text = response.header('content-length') ?? '';
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

export interface BlobStream {
  /** Not verified, but never more bytes than announced. */
  readonly content: Readable;
  /** As the registry announced it. */
  readonly sizeBytes: number;
}

/** @returns undefined when the blob is not there. @throws LayahError `registry` */
export async function openBlob(session: Session, digest: Digest): Promise<BlobStream | undefined> {
  const response = await withRetries(session.retrying, () =>
    requestBlob(session, { digest, offset: 0, expect: [200, 404] }),
  );
  const sizeBytes = contentLength(response) ?? (await findBlobSize(session, digest));
  if (response.status === 404 || sizeBytes === undefined) {
    await discardBody(response);
    return undefined;
  }
  const reading: Reading = { session, digest, sizeBytes, response, position: 0 };
  const content = Readable.from(readOn(reading), { objectMode: false, highWaterMark: 1 << 20 });
  // A stream that nobody has begun to read does not run the generator's end.
  content.once('close', () => reading.response.body.destroy());
  return { content, sizeBytes };
}

/** Part of a blob: fewer bytes than asked for only where it ends; undefined when it is not there. */
export async function readBlobRange(
  session: Session,
  digest: Digest,
  range: { readonly offset: number; readonly lengthBytes: number },
): Promise<Buffer | undefined> {
  const { offset, lengthBytes } = range;
  const failure = session.failure(`reading the blob ${digest}`);
  const { retrying } = session;
  if (lengthBytes === 0) return Buffer.alloc(0);
  return withRetries(retrying, async (): Promise<Attempt<Buffer | undefined>> => {
    const outcome = await requestBlob(session, { digest, offset, lengthBytes, expect: [200, 206, 404, 416] });
    if (outcome.kind === 'failed') return outcome;
    const response = outcome.value;
    if (response.status === 404 || response.status === 416) {
      await discardBody(response);
      return { kind: 'done', value: response.status === 404 ? undefined : Buffer.alloc(0) };
    }
    return attemptConnection({ failure, retrying }, async () => ({
      kind: 'done',
      value: await collect(contentFrom(response, offset, failure), lengthBytes),
    }));
  });
}

/** To the end of the answer, unless it goes on after what was asked for: its connection serves the next request then. */
async function collect(content: AsyncIterable<Buffer>, lengthBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let leftBytes = lengthBytes;
  for await (const piece of content) {
    pieces.push(piece.subarray(0, leftBytes));
    if (piece.length > leftBytes) break;
    leftBytes -= piece.length;
  }
  return Buffer.concat(pieces);
}

interface BlobRequest {
  readonly digest: Digest;
  readonly offset: number;
  readonly lengthBytes?: number;
  readonly expect: readonly number[];
}

async function requestBlob(session: Session, request: BlobRequest): Promise<Attempt<HttpResponse>> {
  const { digest, offset, lengthBytes, expect } = request;
  const end = lengthBytes === undefined ? '' : offset + lengthBytes - 1;
  const isPart = offset > 0 || lengthBytes !== undefined;
  return session.attempt({
    method: 'GET',
    path: `blobs/${digest}`,
    ...(isPart && { headers: { range: `bytes=${offset}-${end}` } }),
    doing: `reading the blob ${digest}`,
    expect,
  });
}

/** How much is read for nothing when a registry does not know Range. */
const MAX_SKIPPED_BYTES = 1 << 30;

/** The content from an offset on, whether the registry sent only that (206) or everything (200). */
async function* contentFrom(
  response: HttpResponse,
  offset: number,
  failure: Failure,
): AsyncGenerator<Buffer> {
  let skipBytes = response.status === 206 ? 0 : offset;
  const [, start] = /^bytes ([0-9]+)-/.exec(response.header('content-range') ?? '') ?? [];
  if (response.status === 206 && start !== String(offset)) {
    response.body.destroy();
    throw protocolFailure(failure, `sent another range than that from byte ${offset}`);
  }
  if (skipBytes > MAX_SKIPPED_BYTES) {
    response.body.destroy();
    throw protocolFailure(failure, `ignored that only the part from byte ${offset} was asked for`);
  }
  for await (const piece of response.body) {
    if (!Buffer.isBuffer(piece)) continue;
    if (piece.length > skipBytes) yield piece.subarray(skipBytes);
    skipBytes = Math.max(0, skipBytes - piece.length);
  }
}

interface Reading {
  readonly session: Session;
  readonly digest: Digest;
  readonly sizeBytes: number;
  response: HttpResponse;
  /** Bytes that have been passed on. */
  position: number;
}

/** A registry that breaks every connection is given up. */
const MAX_BREAKS = 20;

async function* readOn(reading: Reading): AsyncGenerator<Buffer> {
  const { session, digest, sizeBytes } = reading;
  const failure = session.failure(`reading the blob ${digest}`);
  for (let breaks = 0; ; breaks++) {
    try {
      for await (const piece of contentFrom(reading.response, reading.position, failure)) {
        reading.position += piece.length;
        if (reading.position > sizeBytes)
          throw protocolFailure(failure, `sent more than its ${sizeBytes} bytes`);
        yield piece;
      }
      return;
    } catch (thrown) {
      const broken = await attemptConnection<HttpResponse>({ failure, retrying: session.retrying }, () =>
        Promise.reject(thrown),
      );
      if (broken.kind === 'failed' && breaks === MAX_BREAKS) throw broken.error;
      reading.response = await goOn(reading, broken);
    }
  }
}

/** After a wait, which the first attempt stands for: it is the one that has failed. */
async function goOn(
  { session, digest, position }: Reading,
  broken: Attempt<HttpResponse>,
): Promise<HttpResponse> {
  let next: Attempt<HttpResponse> | undefined = broken;
  return withRetries(session.retrying, async () => {
    const outcome = next ?? (await requestBlob(session, { digest, offset: position, expect: [200, 206] }));
    next = undefined;
    return outcome;
  });
}
