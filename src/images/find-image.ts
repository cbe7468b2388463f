import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../model/annotations.ts';
import { TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import type { ReadDescriptor, ReadImageIndex } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { isAttachment, selectManifest } from './select-manifest.ts';

export type FoundImage =
  /** An image, or an index of one for several platforms. */
  | { readonly kind: 'one'; readonly descriptor: ReadDescriptor }
  /** `index.json` itself lists what belongs to the platforms of the image. */
  | { readonly kind: 'several'; readonly index: ReadImageIndex };

/**
 * An image with all its platforms, where `selectManifest` wants the one of a single platform.
 * @param tag the image's org.opencontainers.image.ref.name, or its digest; undefined when there is only one.
 * @throws LayahError `bad-image` that lists the images when it is not clear which one is meant.
 */
export async function findImage(store: ImageStore, tag: string | undefined): Promise<FoundImage> {
  const index = await store.readIndex();
  const matching = index.manifests.filter(
    (each) => !isAttachment(each) && isNamed(each, tag) && !isUnaskedToc(each, tag),
  );
  const [first, ...others] = matching;
  if (first === undefined) return { kind: 'one', descriptor: await selectManifest(store, tag) };
  // Docker archives name one image under each of its tags.
  if (others.every(({ digest }) => digest === first.digest)) return { kind: 'one', descriptor: first };
  if (areOfOneImage(matching)) return { kind: 'several', index: { ...index, manifests: matching } };
  return { kind: 'one', descriptor: await selectManifest(store, tag) };
}

function isNamed({ digest, annotations }: ReadDescriptor, tag: string | undefined): boolean {
  if (tag === undefined || digest === tag) return true;
  return [REF_NAME_ANNOTATION, CONTAINERD_NAME_ANNOTATION].some((key) => annotations?.[key] === tag);
}

/** A TOC image belongs to another, and nobody means it who does not say so. */
function isUnaskedToc({ annotations }: ReadDescriptor, tag: string | undefined): boolean {
  return tag === undefined && annotations?.[REF_NAME_ANNOTATION]?.endsWith(TOC_IMAGE_SUFFIX) === true;
}

/** One name or none, and every platform once. */
function areOfOneImage(descriptors: readonly ReadDescriptor[]): boolean {
  const names = new Set(descriptors.map(({ annotations }) => annotations?.[REF_NAME_ANNOTATION]));
  const platforms = descriptors.map(({ platform }) => platform && JSON.stringify(platform));
  return names.size === 1 && !platforms.includes(undefined) && new Set(platforms).size === platforms.length;
}
