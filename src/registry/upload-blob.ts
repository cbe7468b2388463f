/*
 * Uploads blobs (distribution-spec, "Pushing blobs").
 */
import type { Digest } from '../model/digest.ts';
import { protocolFailure } from './failure.ts';
import { findBlobSize } from './read-blob.ts';
import { discardBody } from './response-text.ts';
import type { Session } from './session.ts';
import {
  createUpload,
  sendAtOnce,
  sendInParts,
  type UploadContent,
  type UploadOutcome,
} from './upload-session.ts';

export interface BlobUpload {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** From the beginning each time: an upload whose session the registry lost begins anew. */
  readonly content: () => Iterable<Uint8Array>;
  /** A repository of the same registry that has the blob, as far as is known. */
  readonly mountFrom?: string | undefined;
  /** How much of the blob has been sent; less than before when it begins anew. */
  readonly onSent?: (sentBytes: number) => void;
}

export type UploadResult = 'mounted' | 'sent';

/** What goes in one PUT. */
const SMALL_BYTES = 1 << 20;
/** How often an upload begins anew because the registry forgot it or damaged it. */
const MAX_SESSIONS = 5;

/** @throws LayahError `registry` when the blob did not get there. */
export async function uploadBlob(session: Session, blob: BlobUpload): Promise<UploadResult> {
  const doing = `uploading the blob ${blob.digest}`;
  for (let count = 1; ; count++) {
    const location = await startUpload(session, blob, doing);
    if (location === 'mounted') return 'mounted';
    const outcome = await sendContent(session, { ...blob, doing, location });
    if (outcome === 'sent') return 'sent';
    // The answer to the last request may have been lost, and the blob be there.
    if ((await findBlobSize(session, blob.digest)) === blob.sizeBytes) return 'sent';
    if (count === MAX_SESSIONS)
      throw protocolFailure(session.failure(doing), `lost the upload ${count} times`);
  }
}

/** Whether this user may write to the repository at all. @throws LayahError `registry` when not. */
export async function checkMayPush(session: Session): Promise<void> {
  const request = {
    method: 'POST',
    path: 'blobs/uploads/',
    doing: 'starting an upload',
    expect: [202],
  } as const;
  const response = await session.send(request);
  await discardBody(response);
  await cancelUpload(session, session.location(response, request.doing));
}

async function startUpload(session: Session, blob: BlobUpload, doing: string): Promise<URL | 'mounted'> {
  const { digest, mountFrom } = blob;
  const query =
    mountFrom === undefined ? '' : `?${new URLSearchParams({ mount: digest, from: mountFrom }).toString()}`;
  const response = await session.send({
    method: 'POST',
    path: `blobs/uploads/${query}`,
    doing,
    expect: [201, 202],
    alsoPull: mountFrom,
  });
  await discardBody(response);
  return response.status === 201 ? 'mounted' : session.location(response, doing);
}

async function sendContent(session: Session, content: UploadContent): Promise<UploadOutcome> {
  const upload = createUpload(session, content);
  try {
    return await (content.sizeBytes <= SMALL_BYTES ? sendAtOnce(upload) : sendInParts(upload));
  } catch (thrown) {
    await cancelUpload(session, upload.location);
    throw thrown;
  }
}

const CANCEL_MILLISECONDS = 5000;

/** Best effort, also after the run was aborted: not every registry knows how to. */
async function cancelUpload(session: Session, path: URL): Promise<void> {
  const request = {
    method: 'DELETE',
    path,
    doing: 'cancelling an upload',
    expect: [200, 202, 204, 404],
  } as const;
  const attempt = session.attempt(request, AbortSignal.timeout(CANCEL_MILLISECONDS));
  const outcome = await attempt.catch(() => undefined);
  if (outcome?.kind === 'done') await discardBody(outcome.value);
}
