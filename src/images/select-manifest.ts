import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../model/annotations.ts';
import { LayahError } from '../model/errors.ts';
import { TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import type { Platform } from '../model/image-config.ts';
import { parseImageIndex, type ReadDescriptor, type ReadImageIndex } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { isIndex } from './media-type.ts';
import { type DocumentReader, readDocument } from './read-document.ts';

/**
 * The descriptor of the one image meant. An index may lead to further indexes, for example one for all platforms of an
 * image; what build tools attach to images (attestations) is passed over.
 * @param tag the image's org.opencontainers.image.ref.name, or its manifest's digest; undefined when there is only one.
 * @throws LayahError `bad-image` that lists the images when it is not clear which one is meant.
 */
export async function selectManifest(
  store: ImageStore,
  tag: string | undefined,
  read: DocumentReader = readDocument,
): Promise<ReadDescriptor> {
  const candidates = await listImages(store, read);
  const matching =
    tag === undefined
      ? withoutTocImages(candidates)
      : candidates.filter((candidate) => isNamed(candidate, tag));
  const [first] = matching;
  if (first !== undefined && matching.length === 1) return first.descriptor;
  throw ambiguous({ location: store.location, tag, candidates: first === undefined ? candidates : matching });
}

/**
 * The descriptor of the only image, whatever it is for, else of the only one for the platform. An image that is listed
 * under several names is one image.
 * @param tag as for `selectManifest`; then only images of that name count.
 * @throws LayahError `bad-image` that lists the images when it is not clear which one is meant.
 */
export async function selectForPlatform(
  store: ImageStore,
  platform: Platform,
  tag?: string,
): Promise<ReadDescriptor> {
  const candidates = await listImages(store, readDocument);
  const named =
    tag === undefined
      ? withoutTocImages(candidates)
      : candidates.filter((candidate) => isNamed(candidate, tag));
  const images = [...new Map(named.map((candidate) => [candidate.descriptor.digest, candidate])).values()];
  if (tag !== undefined && images.length === 0) {
    throw ambiguous({ location: store.location, tag, candidates });
  }
  const matching =
    images.length === 1 ? images : images.filter(({ descriptor }) => isFor(descriptor, platform));
  const [first] = matching;
  if (first !== undefined && matching.length === 1) return first.descriptor;
  const { location } = store;
  if (images.length === 0) throw noImage(location);
  const { os, architecture } = platform;
  throw new LayahError({
    code: 'bad-image',
    message: `${location} has ${images.length} images, ${matching.length} of them for ${os}/${architecture}: ${listCandidates(images)}`,
    hint: 'Say which one by its name or digest: oci:DIR:NAME, oci-archive:FILE:NAME, docker-archive:FILE:NAME, docker://REGISTRY/NAME@DIGEST.',
  });
}

function isFor({ platform }: ReadDescriptor, { os, architecture, variant }: Platform): boolean {
  if (platform?.os !== os || platform.architecture !== architecture) return false;
  return variant === undefined || platform.variant === undefined || platform.variant === variant;
}

interface Candidate {
  readonly descriptor: ReadDescriptor;
  /** Its own and those of the indexes that lead to it. */
  readonly names: readonly string[];
}

function isNamed({ descriptor, names }: Candidate, tag: string): boolean {
  return descriptor.digest === tag || names.includes(tag);
}

const MAX_INDEXES = 100;
const MAX_IMAGES = 20_000;

async function listImages(store: ImageStore, read: DocumentReader): Promise<Candidate[]> {
  const images: Candidate[] = [];
  const pending = candidatesOf(await store.readIndex(), []);
  const seen = new Set<string>();
  for (let candidate = pending.shift(); candidate !== undefined; candidate = pending.shift()) {
    const { descriptor, names } = candidate;
    if (!isIndex(descriptor)) {
      images.push(candidate);
      continue;
    }
    if (seen.has(descriptor.digest)) continue;
    seen.add(descriptor.digest);
    if (seen.size > MAX_INDEXES) throw tooManyIndexes(store.location);
    const index = parseImageIndex(await read(store, descriptor), `the index ${descriptor.digest}`);
    pending.unshift(...candidatesOf(index, names));
    if (pending.length + images.length > MAX_IMAGES) throw tooManyImages(store.location);
  }
  return images;
}

function candidatesOf(index: ReadImageIndex, inherited: readonly string[]): Candidate[] {
  return index.manifests
    .filter((descriptor) => !isAttachment(descriptor))
    .map((descriptor) => {
      const { [REF_NAME_ANNOTATION]: refName, [CONTAINERD_NAME_ANNOTATION]: fullName } =
        descriptor.annotations ?? {};
      const own = [refName, fullName].filter((name) => name !== undefined);
      return { descriptor, names: [...new Set([...own, ...inherited])] };
    });
}

/** BuildKit's attestations are manifests for no platform. */
export function isAttachment({ platform, annotations }: ReadDescriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

/** A TOC image is named after the image that it belongs to, and nobody means it who does not say so. */
function withoutTocImages(candidates: readonly Candidate[]): readonly Candidate[] {
  const images = candidates.filter(({ names }) => !names.some((name) => name.endsWith(TOC_IMAGE_SUFFIX)));
  return images.length === 0 ? candidates : images;
}

interface Selection {
  readonly location: string;
  readonly tag: string | undefined;
  readonly candidates: readonly Candidate[];
}

const LISTED_IMAGES = 20;

function ambiguous({ location, tag, candidates }: Selection): LayahError {
  if (candidates.length === 0) return noImage(location);
  const isMissing = tag !== undefined && !candidates.some((candidate) => isNamed(candidate, tag));
  const what = isMissing
    ? `no image of ${location} is called ${JSON.stringify(tag)}`
    : `${location} has ${candidates.length} images${tag === undefined ? '' : ` called ${JSON.stringify(tag)}`}`;
  return new LayahError({
    code: 'bad-image',
    message: `${what}: ${listCandidates(candidates)}`,
    hint: 'Say which one with --tag: a name, or the digest of its manifest.',
  });
}

function noImage(location: string): LayahError {
  return new LayahError({ code: 'bad-image', message: `the index of ${location} lists no image` });
}

function listCandidates(candidates: readonly Candidate[]): string {
  const more = candidates.length > LISTED_IMAGES ? [`and ${candidates.length - LISTED_IMAGES} more`] : [];
  return [...candidates.slice(0, LISTED_IMAGES).map(describeCandidate), ...more].join('; ');
}

function describeCandidate({ descriptor, names }: Candidate): string {
  const { platform } = descriptor;
  const variant = platform?.variant === undefined ? '' : `/${platform.variant}`;
  const where = platform === undefined ? [] : [`${platform.os}/${platform.architecture}${variant}`];
  const name = names[0] === undefined ? 'unnamed' : JSON.stringify(names[0]);
  return [name, ...where, descriptor.digest].join(' ');
}

function tooManyImages(location: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `the indexes of ${location} list more than ${MAX_IMAGES} images`,
  });
}

function tooManyIndexes(location: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `${location} has more than ${MAX_INDEXES} nested indexes`,
  });
}
