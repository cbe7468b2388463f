import { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import { TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import {
  formatRegistryReference,
  type ImageVersion,
  type RegistryReference,
} from '../model/registry-reference.ts';
import { parseImageIndex, type ReadDescriptor, type ReadImageIndex } from '../oci/schemas.ts';
import type { SessionSettings } from '../registry/connection.ts';
import { findManifest, getManifest, type RegistryDocument } from '../registry/manifests.ts';
import { findBlobSize, openBlob, readBlobRange } from '../registry/read-blob.ts';
import { listReferrers } from '../registry/referrers.ts';
import { openSession, type Session } from '../registry/session.ts';
import type { ImageStore } from './image-store.ts';
import { missingBlob, wrongSize } from './layout-file.ts';
import { isIndex } from './media-type.ts';

export interface RegistryStoreSettings extends Omit<SessionSettings, 'reference' | 'actions'> {
  readonly reference: RegistryReference;
}

/**
 * An image in a registry. Its index lists the one thing that the reference names: an image, or an index of images.
 * @throws LayahError `registry` when it cannot be reached or there is no such image.
 */
export async function openRegistryImage(settings: RegistryStoreSettings): Promise<ImageStore> {
  const { reference } = settings;
  const session = await openSession({ ...settings, actions: 'pull' });
  try {
    const documents = new Map<Digest, RegistryDocument | undefined>();
    const top = await getManifest(session, reference.version);
    const location = `docker://${formatRegistryReference(reference)}`;
    const store = { session, documents, location, version: reference.version };
    keep(store, top);
    return createStore(store, top);
  } catch (thrown) {
    session.close();
    throw thrown;
  }
}

interface Store {
  readonly session: Session;
  readonly location: string;
  readonly version: ImageVersion;
  /** Manifests and indexes, which are no blobs in a registry; undefined for one that was named, but not yet read. */
  readonly documents: Map<Digest, RegistryDocument | undefined>;
}

function createStore(store: Store, top: RegistryDocument): ImageStore {
  const { session, location } = store;
  return {
    location,
    async readBlob(digest, expectedSize) {
      const document = await findDocument(store, digest);
      if (document !== undefined) return Readable.from([document.bytes]);
      const blob = await openBlob(session, digest);
      if (blob === undefined) throw missingBlob(digest, location);
      if (expectedSize === undefined || blob.sizeBytes === expectedSize) return blob.content;
      blob.content.destroy();
      throw wrongSize(digest, blob.sizeBytes, expectedSize);
    },
    async readRange(digest, offset, lengthBytes) {
      const document = await findDocument(store, digest);
      if (document !== undefined) return document.bytes.subarray(offset, offset + lengthBytes);
      const bytes = await readBlobRange(session, digest, { offset, lengthBytes });
      if (bytes === undefined) throw missingBlob(digest, location);
      return bytes;
    },
    async size(digest) {
      const document = await findDocument(store, digest);
      return document?.bytes.length ?? findBlobSize(session, digest);
    },
    readIndex: async () => indexOf(top, location),
    relatedImages: (image) => relatedImages(store, [image, top.digest]),
    close: async () => session.close(),
  };
}

/** Says of every digest that the document lists that it is a manifest or an index. */
function keep({ documents, location }: Store, document: RegistryDocument): void {
  documents.set(document.digest, document);
  if (!isIndex(document)) return;
  const where = `the index ${document.digest} of ${location}`;
  for (const { digest } of parseImageIndex(document.bytes, where).manifests) {
    if (!documents.has(digest)) documents.set(digest, undefined);
  }
}

async function findDocument(store: Store, digest: Digest): Promise<RegistryDocument | undefined> {
  if (!store.documents.has(digest)) return undefined;
  const known = store.documents.get(digest);
  if (known !== undefined) return known;
  const found = await findManifest(store.session, { kind: 'digest', digest });
  if (found !== undefined) keep(store, found);
  return found;
}

function indexOf({ mediaType, digest, bytes }: RegistryDocument, location: string): ReadImageIndex {
  const manifests = [{ mediaType, digest, size: bytes.length }];
  return parseImageIndex(
    Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }), 'utf8'),
    `the index of ${location}`,
  );
}

/** The image under the tag with the suffix, and those whose subject is the image or the index that leads to it. */
async function relatedImages(store: Store, subjects: readonly Digest[]): Promise<readonly ReadDescriptor[]> {
  const { session, documents, version } = store;
  const related: ReadDescriptor[] = [];
  if (version.kind === 'tag') {
    const found = await findManifest(session, { kind: 'tag', tag: `${version.tag}${TOC_IMAGE_SUFFIX}` });
    if (found !== undefined) {
      keep(store, found);
      related.push({ mediaType: found.mediaType, digest: found.digest, size: found.bytes.length });
    }
  }
  for (const subject of new Set(subjects)) related.push(...(await listReferrers(session, subject)));
  // Like all manifests, these are no blobs.
  for (const { digest } of related) if (!documents.has(digest)) documents.set(digest, undefined);
  return related;
}
