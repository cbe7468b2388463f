import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../model/annotations.ts';
import { LayahError } from '../model/errors.ts';
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
  const matching = tag === undefined ? candidates : candidates.filter((candidate) => isNamed(candidate, tag));
  const [first] = matching;
  if (first !== undefined && matching.length === 1) return first.descriptor;
  throw ambiguous({ location: store.location, tag, candidates: first === undefined ? candidates : matching });
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
function isAttachment({ platform, annotations }: ReadDescriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

interface Selection {
  readonly location: string;
  readonly tag: string | undefined;
  readonly candidates: readonly Candidate[];
}

const LISTED_IMAGES = 20;

function ambiguous({ location, tag, candidates }: Selection): LayahError {
  if (candidates.length === 0) {
    return new LayahError({ code: 'bad-image', message: `the index of ${location} lists no image` });
  }
  const list = candidates.slice(0, LISTED_IMAGES).map(describeCandidate).join('; ');
  const more = candidates.length > LISTED_IMAGES ? `; and ${candidates.length - LISTED_IMAGES} more` : '';
  const isMissing = tag !== undefined && !candidates.some((candidate) => isNamed(candidate, tag));
  const what = isMissing
    ? `no image of ${location} is called ${JSON.stringify(tag)}`
    : `${location} has ${candidates.length} images${tag === undefined ? '' : ` called ${JSON.stringify(tag)}`}`;
  return new LayahError({
    code: 'bad-image',
    message: `${what}: ${list}${more}`,
    hint: 'Say which one with --tag: a name, or the digest of its manifest.',
  });
}

function describeCandidate({ descriptor, names }: Candidate): string {
  const { platform } = descriptor;
  const variant = platform?.variant === undefined ? '' : `/${platform.variant}`;
  const where = platform === undefined ? [] : [`${platform.os}/${platform.architecture}${variant}`];
  const name = names[0] === undefined ? 'unnamed' : JSON.stringify(names[0]);
  return [name, ...where, descriptor.digest].join(' ');
}

function tooManyIndexes(location: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `${location} has more than ${MAX_INDEXES} nested indexes`,
  });
}
