/*
 * Manifests and indexes: the documents that have a place of their own in a registry.
 */
import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../model/digest.ts';
import type { ImageVersion } from '../model/registry-reference.ts';
import { INDEX_MEDIA_TYPE, MANIFEST_MEDIA_TYPE } from '../oci/media-types.ts';
import { protocolFailure } from './failure.ts';
import { fetchDocument } from './fetch-document.ts';
import type { HttpResponse } from './http.ts';
import { discardBody } from './response-text.ts';
import type { Session } from './session.ts';

export interface RegistryDocument {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Buffer;
}

const ACCEPT = [
  MANIFEST_MEDIA_TYPE,
  INDEX_MEDIA_TYPE,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/**
 * A manifest or an index (distribution-spec, "Pulling manifests"): that a tag points to, or that a digest names.
 * @returns undefined when there is none.
 * @throws LayahError `registry` when its content is not what its digest says.
 */
export async function findManifest(
  session: Session,
  version: ImageVersion,
): Promise<RegistryDocument | undefined> {
  return readManifest(session, version, [200, 404]);
}

/** The same for one that must be there. @throws LayahError `registry`, also when it is not. */
export async function getManifest(session: Session, version: ImageVersion): Promise<RegistryDocument> {
  const found = await readManifest(session, version, [200]);
  if (found === undefined) throw new Error('an answer that is not expected is an error');
  return found;
}

async function readManifest(
  session: Session,
  version: ImageVersion,
  expect: readonly number[],
): Promise<RegistryDocument | undefined> {
  const name = version.kind === 'tag' ? version.tag : version.digest;
  const doing = `reading the manifest ${name}`;
  const request = { path: `manifests/${name}`, headers: { accept: ACCEPT }, doing, expect };
  const { response, bytes } = await fetchDocument(session, request);
  if (response.status === 404) return undefined;
  const digest = contentDigest(bytes);
  const promised = version.kind === 'digest' ? version.digest : response.header('docker-content-digest');
  if (promised?.startsWith('sha256:') === true && promised !== digest) {
    throw protocolFailure(session.failure(doing), `sent ${digest} for ${promised}`);
  }
  return { mediaType: mediaTypeOf(response), digest, bytes };
}

export function contentDigest(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

/** Without parameters such as a charset. */
function mediaTypeOf(response: HttpResponse): string {
  return (response.header('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
}

export interface ManifestToStore {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

export interface StoredManifest {
  /** The registry keeps track of manifests with a `subject`; where not, the tag `referrersTag` must list them. */
  readonly listsReferrers: boolean;
}

/**
 * Stores a manifest or an index, when everything that it names is there.
 * @throws LayahError `registry`, also when the registry says that it got something else.
 */
export async function putManifest(
  session: Session,
  version: ImageVersion,
  { mediaType, digest, bytes }: ManifestToStore,
): Promise<StoredManifest> {
  const name = version.kind === 'tag' ? version.tag : version.digest;
  const doing = `storing the manifest ${name}`;
  const response = await session.send({
    method: 'PUT',
    path: `manifests/${name}`,
    headers: { 'content-type': mediaType },
    body: { sizeBytes: bytes.length, pieces: [bytes] },
    doing,
    expect: [201, 202],
  });
  await discardBody(response);
  const stored = response.header('docker-content-digest');
  if (stored?.startsWith('sha256:') === true && stored !== digest) {
    throw protocolFailure(session.failure(doing), `stored ${stored} instead of ${digest}`);
  }
  return { listsReferrers: response.header('oci-subject') !== undefined };
}
