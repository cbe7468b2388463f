/*
 * What belongs to a manifest without being named by it (distribution-spec, "Listing Referrers"): registries list the
 * manifests that have it as their `subject`, and those that do not know how have an index under a tag instead.
 */
import { digestHex, type Digest } from '../model/digest.ts';
import { type Descriptor, jsonBlob } from '../oci/descriptor.ts';
import { INDEX_MEDIA_TYPE } from '../oci/media-types.ts';
import { parseImageIndex, type ReadDescriptor } from '../oci/schemas.ts';
import { protocolFailure } from './failure.ts';
import { type FetchedDocument, fetchDocument } from './fetch-document.ts';
import type { HttpResponse } from './http.ts';
import { findManifest, putManifest } from './manifests.ts';
import type { Session } from './session.ts';

/** Where the index is that stands for a list of referrers (distribution-spec, "Referrers Tag Schema"). */
function referrersTag(subject: Digest): string {
  return `sha256-${digestHex(subject)}`;
}

/** A registry that never comes to an end is an attack on our time. */
const MAX_PAGES = 20;

/** The manifests that have `subject` as their subject, as far as the registry knows. @throws LayahError `registry` */
export async function listReferrers(session: Session, subject: Digest): Promise<readonly ReadDescriptor[]> {
  const doing = `listing the referrers of ${subject}`;
  const referrers: ReadDescriptor[] = [];
  let path: string | URL | undefined = `referrers/${subject}`;
  for (let pages = 0; path !== undefined; pages++) {
    if (pages === MAX_PAGES)
      throw protocolFailure(session.failure(doing), `sent more than ${MAX_PAGES} pages`);
    const page: FetchedDocument = await fetchDocument(session, {
      path,
      headers: { accept: INDEX_MEDIA_TYPE },
      doing,
      expect: [200, 400, 404, 405],
    });
    if (!isReferrersList(page)) return pages === 0 ? readTag(session, subject) : referrers;
    referrers.push(...parseImageIndex(page.bytes, `the referrers of ${subject}`).manifests);
    path = nextPage(page.response);
  }
  return referrers;
}

/** Registries that do not know of referrers answer 404, or with a page of their own. */
function isReferrersList({ response }: FetchedDocument): boolean {
  return response.status === 200 && (response.header('content-type') ?? '').startsWith(INDEX_MEDIA_TYPE);
}

function nextPage(response: HttpResponse): URL | undefined {
  const [, link = ''] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.header('link') ?? '') ?? [];
  if (link === '' || !URL.canParse(link, response.url.href)) return undefined;
  const next = new URL(link, response.url);
  // The list of one registry is not on another host.
  return next.origin === response.url.origin ? next : undefined;
}

async function readTag(session: Session, subject: Digest): Promise<readonly ReadDescriptor[]> {
  const found = await findManifest(session, { kind: 'tag', tag: referrersTag(subject) });
  if (found === undefined || found.mediaType !== INDEX_MEDIA_TYPE) return [];
  return parseImageIndex(found.bytes, `the index ${referrersTag(subject)} of the referrers`).manifests;
}

/**
 * Adds a manifest to the index that stands for a list of referrers. Two that do this at the same time may lose one of the
 * two: the specification has no remedy.
 * @throws LayahError `registry`
 */
export async function addReferrer(session: Session, subject: Digest, referrer: Descriptor): Promise<void> {
  const listed = await readTag(session, subject);
  if (listed.some(({ digest }) => digest === referrer.digest)) return;
  const { descriptor, bytes } = jsonBlob(INDEX_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: INDEX_MEDIA_TYPE,
    manifests: [...listed, referrer],
  });
  await putManifest(session, { kind: 'tag', tag: referrersTag(subject) }, { ...descriptor, bytes });
}
