/*
 * The content of one upload. A small blob goes in one PUT. A large one goes in one PATCH, as docker and podman send it,
 * since some registries take no second one; when that one breaks, another goes on where the registry says that it
 * stopped, and when it was too large for the registry or a proxy, the rest goes in chunks.
 */
import type { Digest } from '../model/digest.ts';
import { type Failure, protocolFailure, responseFailure } from './failure.ts';
import type { HttpBody, HttpResponse } from './http.ts';
import { createReplay, type Replay } from './replay.ts';
import { discardBody } from './response-text.ts';
import { type Attempt, withRetries } from './retry.ts';
import type { RegistryRequest, Session } from './session.ts';

export interface UploadContent {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly content: () => Iterable<Uint8Array>;
  readonly onSent?: (sentBytes: number) => void;
  readonly doing: string;
  /** Where the registry wants the upload. */
  readonly location: URL;
}

interface Upload extends UploadContent {
  readonly session: Session;
  readonly failure: Failure;
  readonly replay: Replay;
  /** The registry may say a new place with each answer. */
  location: URL;
  /** Bytes that the registry has, as far as is known. */
  offset: number;
  /** A request failed: only the registry knows how much of it arrived. */
  uncertain: boolean;
  /** Failed requests of which nothing arrived. */
  stalls: number;
  /** How often the parts were made smaller. */
  shrinks: number;
  /** It went on after a failure: the registry may have miscounted. */
  resumed: boolean;
}

/** lost: the registry does not know the upload any more, or has something else than was sent. */
export type UploadOutcome = 'sent' | 'lost';

/** A registry hashes the whole blob before it answers. */
const COMMIT_IDLE_MILLISECONDS = 600_000;
/** How much goes in one request; what follows the first is for after a failure. */
const PART_BYTES = [Number.POSITIVE_INFINITY, 32 << 20, 8 << 20, 1 << 20] as const;

export function createUpload(session: Session, content: UploadContent): Upload {
  const failure = session.failure(content.doing);
  const replay = createReplay(content.content);
  return {
    ...content,
    session,
    failure,
    replay,
    offset: 0,
    uncertain: false,
    stalls: 0,
    shrinks: 0,
    resumed: false,
  };
}

/** Everything with the request that ends the upload. After a failure nobody knows what the registry has of it. */
export async function sendAtOnce(upload: Upload): Promise<UploadOutcome> {
  let attempted = false;
  return withRetries(upload.session.retrying, async (): Promise<Attempt<UploadOutcome>> => {
    if (attempted) return { kind: 'done', value: 'lost' };
    attempted = true;
    return attemptCommit(upload, bodyOf(upload, upload.sizeBytes));
  });
}

export async function sendInParts(upload: Upload): Promise<UploadOutcome> {
  const { retrying } = upload.session;
  while (upload.offset < upload.sizeBytes) {
    const outcome = await withRetries(retrying, () => attemptPart(upload));
    if (outcome === 'lost') return 'lost';
  }
  return withRetries(retrying, () => attemptCommit(upload, undefined));
}

async function attemptPart(upload: Upload): Promise<Attempt<UploadOutcome>> {
  if (upload.uncertain) {
    const status = await attemptStatus(upload);
    if (status.kind === 'failed' || status.value === 'lost' || upload.offset === upload.sizeBytes)
      return status;
  }
  const { offset, sizeBytes } = upload;
  const end = Math.min(sizeBytes, offset + (PART_BYTES[upload.shrinks] ?? 0));
  // The one request with everything has no range: docker's has none, and some registries refuse it.
  const isAll = offset === 0 && end === sizeBytes;
  const range = isAll ? {} : { 'content-range': `${offset}-${end - 1}` };
  const outcome = await attemptAt(upload, {
    method: 'PATCH',
    headers: { 'content-type': 'application/octet-stream', ...range },
    body: bodyOf(upload, end),
    expect: [202, 404, 413, 416],
  });
  upload.uncertain = outcome.kind === 'failed' || outcome.value.status !== 202;
  return outcome.kind === 'failed' ? outcome : judgePart(upload, outcome.value, end);
}

async function judgePart(
  upload: Upload,
  response: HttpResponse,
  end: number,
): Promise<Attempt<UploadOutcome>> {
  const { offset: before, failure } = upload;
  if (response.status === 404) return discarded(response, 'lost');
  if (response.status === 413 && shrink(upload)) return discarded(response, 'sent');
  if (response.status !== 202) {
    const error = await responseFailure(response, failure);
    if (response.status === 413) throw error;
    return { kind: 'failed', error, waitMilliseconds: undefined };
  }
  moveOn(upload, response, end);
  if (upload.offset > before) return discarded(response, 'sent');
  await discardBody(response);
  return {
    kind: 'failed',
    error: protocolFailure(failure, 'kept nothing of it'),
    waitMilliseconds: undefined,
  };
}

/** Asks how much the registry has. */
async function attemptStatus(upload: Upload): Promise<Attempt<UploadOutcome>> {
  const outcome = await attemptAt(upload, { method: 'GET', expect: [200, 202, 204, 400, 404, 416] });
  if (outcome.kind === 'failed') return outcome;
  // distribution ends an upload of which it got a part of a request with 404, and from version 3 on with 416.
  if (outcome.value.status >= 400) return discarded(outcome.value, 'lost');
  const before = upload.offset;
  upload.uncertain = false;
  moveOn(upload, outcome.value, 0);
  upload.resumed = true;
  // Something between here and the registry may cut off what is too large for it, without a word.
  upload.stalls = upload.offset === before ? upload.stalls + 1 : 0;
  if (upload.stalls >= 2) shrink(upload);
  return discarded(outcome.value, 'sent');
}

/** @returns whether there is a smaller size to try. */
function shrink(upload: Upload): boolean {
  if (upload.shrinks + 1 >= PART_BYTES.length) return false;
  upload.shrinks++;
  return true;
}

async function attemptCommit(upload: Upload, body: HttpBody | undefined): Promise<Attempt<UploadOutcome>> {
  const { digest, failure } = upload;
  const outcome = await attemptAt(upload, {
    method: 'PUT',
    path: withDigest(upload.location, digest),
    headers: { 'content-type': 'application/octet-stream' },
    ...(body !== undefined && { body }),
    idleMilliseconds: COMMIT_IDLE_MILLISECONDS,
    // 400 is a wrong digest: once more from the beginning, unless it was from the beginning.
    expect: [201, 204, 404, ...(upload.resumed ? [400] : [])],
  });
  if (outcome.kind === 'failed') return outcome;
  if (outcome.value.status >= 400) return discarded(outcome.value, 'lost');
  const stored = outcome.value.header('docker-content-digest');
  if (stored?.startsWith('sha256:') === true && stored !== digest) {
    throw protocolFailure(failure, `stored ${stored} instead`);
  }
  return discarded(outcome.value, 'sent');
}

async function attemptAt(
  upload: Upload,
  request: Omit<RegistryRequest, 'path' | 'doing'> & { readonly path?: URL },
): Promise<Attempt<HttpResponse>> {
  return upload.session.attempt({ path: upload.location, ...request, doing: upload.doing });
}

function bodyOf(upload: Upload, end: number): HttpBody {
  const { offset: start, replay, onSent } = upload;
  return {
    sizeBytes: end - start,
    pieces: {
      *[Symbol.iterator]() {
        let sentBytes = start;
        for (const piece of replay.slice(start, end)) {
          yield piece;
          sentBytes += piece.length;
          onSent?.(sentBytes);
        }
      },
    },
  };
}

/** Location and Range of an answer. @param end what the registry has when it says nothing of it. */
function moveOn(upload: Upload, response: HttpResponse, end: number): void {
  const { session, doing, failure, sizeBytes } = upload;
  if (response.header('location') !== undefined) upload.location = session.location(response, doing);
  const [, last] = /^(?:bytes[= ])?0-([0-9]{1,15})$/.exec(response.header('range') ?? '') ?? [];
  // `0-0` is also what registries say when they have nothing yet.
  const saidBytes = last === '0' ? 0 : Number(last) + 1;
  upload.offset = last === undefined ? end : saidBytes;
  if (upload.offset > sizeBytes)
    throw protocolFailure(failure, `says that it has ${upload.offset} bytes of it`);
}

function withDigest(location: URL, digest: Digest): URL {
  const url = new URL(location);
  // What is there may be signed: it is not written anew.
  url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  return url;
}

async function discarded(response: HttpResponse, value: UploadOutcome): Promise<Attempt<UploadOutcome>> {
  await discardBody(response);
  return { kind: 'done', value };
}
