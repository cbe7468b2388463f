/*
 * Writes an image to a registry. Blobs are sent as they come, unless they are there already; manifests come last, and the
 * one that the tag points to at the very end: until then nobody sees the image. A TOC image gets a tag of its own.
 */
import type { Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import { formatRegistryReference, type RegistryReference } from '../model/registry-reference.ts';
import type { JsonBlob } from '../oci/descriptor.ts';
import { CONFIG_MEDIA_TYPE, INDEX_MEDIA_TYPE } from '../oci/media-types.ts';
import { parseImageIndex } from '../oci/schemas.ts';
import type { SessionSettings } from '../registry/connection.ts';
import { contentDigest, putManifest, type ManifestToStore } from '../registry/manifests.ts';
import { findBlobSize } from '../registry/read-blob.ts';
import { addReferrer } from '../registry/referrers.ts';
import { openSession, type Session } from '../registry/session.ts';
import { checkMayPush, uploadBlob } from '../registry/upload-blob.ts';
import type { BlobToWrite, ImageSink } from './image-sink.ts';

export interface RegistrySinkSettings extends Omit<SessionSettings, 'reference' | 'actions'> {
  readonly reference: RegistryReference;
  /** A repository of the same registry that may have some of the blobs, where the image comes from one. */
  readonly mountFrom?: string;
}

/** @throws LayahError `registry` when the registry cannot be reached or this user may not write to it. */
export async function openRegistrySink(settings: RegistrySinkSettings): Promise<ImageSink> {
  const session = await openSession({ ...settings, actions: 'pull,push' });
  try {
    await checkMayPush(session);
  } catch (thrown) {
    session.close();
    throw thrown;
  }
  return createSink(session, settings);
}

interface Sent {
  readonly digests: Set<Digest>;
  blobs: number;
  bytes: number;
  alreadyThere: number;
}

function createSink(session: Session, settings: RegistrySinkSettings): ImageSink {
  const { reference, reporter } = settings;
  const manifests = new Map<Digest, JsonBlob>();
  const sent: Sent = { digests: new Set(), blobs: 0, bytes: 0, alreadyThere: 0 };
  return {
    async writeBlob(blob) {
      if (sent.digests.has(blob.digest)) return;
      await sendBlob(blob, { session, settings, sent });
      sent.digests.add(blob.digest);
    },
    async writeManifest(manifest) {
      manifests.set(manifest.descriptor.digest, manifest);
    },
    async finish({ index, tocManifest }) {
      const toc = tocManifest?.descriptor.digest;
      if (toc !== undefined) manifests.delete(toc);
      const top = topDocument(index, manifests, toc);
      for (const { descriptor, bytes } of manifests.values()) {
        const { digest, mediaType } = descriptor;
        if (digest === top.digest) continue;
        await putManifest(session, { kind: 'digest', digest }, { mediaType, digest, bytes });
      }
      if (tocManifest !== undefined) await putTocManifest(session, reference, { tocManifest, top });
      await putManifest(session, reference.version, top);
      session.close();
      const name = formatRegistryReference(reference);
      reporter.info(
        `${name}: sent ${sent.blobs} blobs (${sent.bytes} bytes), ${sent.alreadyThere} were already there`,
      );
    },
    async abort() {
      session.close();
    },
  };
}

interface Sending {
  readonly session: Session;
  readonly settings: RegistrySinkSettings;
  readonly sent: Sent;
}

async function sendBlob({ digest, sizeBytes, content }: BlobToWrite, sending: Sending): Promise<void> {
  const { session, sent } = sending;
  const { reporter, mountFrom } = sending.settings;
  if ((await findBlobSize(session, digest)) === sizeBytes) {
    sent.alreadyThere++;
    reporter.debug(`the blob ${digest} is already there`);
    return;
  }
  const stage = `upload ${digest.slice(0, SHOWN_DIGEST_CHARACTERS)}`;
  const onSent = (sentBytes: number): void => reporter.progress(stage, sentBytes, sizeBytes);
  const copied = () => copies(content());
  const result = await uploadBlob(session, { digest, sizeBytes, content: copied, mountFrom, onSent });
  reporter.debug(`the blob ${digest} was ${result}`);
  if (result === 'mounted') {
    sent.alreadyThere++;
  } else {
    sent.blobs++;
    sent.bytes += sizeBytes;
  }
}

/** A request holds pieces until the network has taken them, and asks for the next one before. */
function* copies(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces) yield Uint8Array.from(piece);
}

const SHOWN_DIGEST_CHARACTERS = 'sha256:'.length + 12;

interface TocImage {
  readonly tocManifest: JsonBlob;
  /** What the image's tag will point to: the subject of the TOC image. */
  readonly top: ManifestToStore;
}

/** Before the image: whoever pulls that lazily looks for its TOC image at once. */
async function putTocManifest(
  session: Session,
  { version }: RegistryReference,
  { tocManifest, top }: TocImage,
): Promise<void> {
  if (version.kind !== 'tag') {
    throw new LayahError({ code: 'internal', message: 'a TOC image has no name where the image has no tag' });
  }
  const { descriptor, bytes } = tocManifest;
  const tag = `${version.tag}${TOC_IMAGE_SUFFIX}`;
  const { listsReferrers } = await putManifest(session, { kind: 'tag', tag }, { ...descriptor, bytes });
  const artifactType = CONFIG_MEDIA_TYPE;
  if (!listsReferrers) await addReferrer(session, top.digest, { ...descriptor, artifactType });
}

/** What the tag shall point to: the only image, or the index when there are several. */
function topDocument(
  index: Uint8Array,
  manifests: ReadonlyMap<Digest, JsonBlob>,
  tocImage: Digest | undefined,
): ManifestToStore {
  const { manifests: all } = parseImageIndex(index, 'the index of the new image');
  const listed = all.filter(({ digest }) => digest !== tocImage);
  const [only] = listed;
  if (only === undefined || listed.length > 1) {
    return { mediaType: INDEX_MEDIA_TYPE, digest: contentDigest(index), bytes: index };
  }
  const manifest = manifests.get(only.digest);
  if (manifest !== undefined) return { ...manifest.descriptor, bytes: manifest.bytes };
  throw new LayahError({ code: 'internal', message: `the manifest ${only.digest} was never written` });
}
