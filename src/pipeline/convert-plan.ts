/*
 * What is to be converted: the image that SRC and its tag name, which may be an index of images for several platforms.
 */
import { findImage } from '../images/find-image.ts';
import type { ImageStore } from '../images/image-store.ts';
import { isIndex } from '../images/media-type.ts';
import { readDocument } from '../images/read-document.ts';
import { isAttachment } from '../images/select-manifest.ts';
import type { Digest, DiffId } from '../model/digest.ts';
import type { Platform } from '../model/image-config.ts';
import { LayahError } from '../model/errors.ts';
import { formatPlatform, matchesPlatform, platformOf } from '../model/platform.ts';
import type { Reporter } from '../model/reporter.ts';
import { imageNames } from '../oci/converted-image.ts';
import { CONFIG_MEDIA_TYPES } from '../oci/media-types.ts';
import {
  parseImageConfig,
  parseImageIndex,
  parseManifest,
  type ReadDescriptor,
  type ReadImageConfig,
  type ReadImageIndex,
  type ReadManifest,
} from '../oci/schemas.ts';

/** An image for one platform, with all that has to be read of it before its layers. */
export interface PlannedImage {
  readonly kind: 'image';
  readonly descriptor: ReadDescriptor;
  readonly manifest: ReadManifest;
  readonly config: ReadImageConfig;
  readonly configBytes: Uint8Array;
  readonly platform: Platform;
}

export interface PlannedIndex {
  readonly kind: 'index';
  /** Undefined for `index.json` itself. */
  readonly descriptor: ReadDescriptor | undefined;
  readonly index: ReadImageIndex;
  readonly members: readonly PlannedDocument[];
}

export type PlannedDocument = PlannedImage | PlannedIndex;

export interface PlanInput {
  readonly store: ImageStore;
  readonly tag: string | undefined;
  /** Empty for all. */
  readonly platforms: readonly Platform[];
  readonly reporter: Reporter;
}

export interface ConvertPlan {
  readonly top: PlannedDocument;
  /** The annotations that say what the image is called in SRC. */
  readonly names: Readonly<Record<string, string>> | undefined;
}

/** @throws LayahError `bad-image`, also when there is no image for a platform that was asked for. */
export async function planConversion(input: PlanInput): Promise<ConvertPlan> {
  const { store, tag, platforms } = input;
  const planning: Planning = { ...input, platformsThere: [] };
  const found = await findImage(store, tag);
  const planned =
    found.kind === 'several'
      ? await planMembers(planning, { index: found.index, depth: 0 })
      : await planDocument(planning, found.descriptor, 0);
  const missing = platforms.find((pattern) => !planning.platformsThere.some(matchesPlatform(pattern)));
  if (planned === undefined || missing !== undefined) throw noSuchPlatform(planning, missing);
  return {
    top: platforms.length === 0 ? planned : withoutLoneIndex(planned),
    names: imageNames(found.kind === 'several' ? found.index.manifests[0] : found.descriptor),
  };
}

export function plannedImages(document: PlannedDocument): readonly PlannedImage[] {
  return document.kind === 'image' ? [document] : document.members.flatMap(plannedImages);
}

export interface PlannedLayer {
  readonly descriptor: ReadDescriptor;
  /** What the image config says of it. */
  readonly diffId: DiffId;
}

/** Every layer once, bottom layers first. @throws LayahError `bad-image` when images contradict each other. */
export function plannedLayers(document: PlannedDocument): readonly PlannedLayer[] {
  const layers = new Map<Digest, PlannedLayer>();
  for (const { manifest, config } of plannedImages(document)) {
    for (const [index, diffId] of config.rootfs.diff_ids.entries()) {
      const descriptor = manifest.layers[index];
      if (descriptor === undefined) continue;
      const known = layers.get(descriptor.digest) ?? { descriptor, diffId };
      if (known.diffId !== diffId) {
        throw badDocument(descriptor, `has the diff IDs ${known.diffId} and ${diffId}, say image configs`);
      }
      layers.set(descriptor.digest, known);
    }
  }
  return [...layers.values()];
}

interface Planning extends PlanInput {
  readonly platformsThere: Platform[];
}

const MAX_DEPTH = 4;

/** @returns undefined when nothing of it was asked for. */
async function planDocument(
  planning: Planning,
  descriptor: ReadDescriptor,
  depth: number,
): Promise<PlannedDocument | undefined> {
  if (!isIndex(descriptor)) return planImage(planning, descriptor);
  if (depth === MAX_DEPTH) throw badDocument(descriptor, 'is an index inside too many others');
  const bytes = await readDocument(planning.store, descriptor);
  const index = parseImageIndex(bytes, `the index ${descriptor.digest}`);
  return planMembers(planning, { index, descriptor, depth });
}

interface IndexToPlan {
  readonly index: ReadImageIndex;
  readonly descriptor?: ReadDescriptor;
  readonly depth: number;
}

async function planMembers(
  planning: Planning,
  { index, descriptor, depth }: IndexToPlan,
): Promise<PlannedIndex | undefined> {
  const members: PlannedDocument[] = [];
  let attachmentCount = 0;
  for (const member of index.manifests) {
    if (isAttachment(member)) {
      attachmentCount++;
      continue;
    }
    const planned = await planDocument(planning, member, depth + 1);
    if (planned !== undefined) members.push(planned);
  }
  if (attachmentCount > 0) {
    const what = attachmentCount === 1 ? '1 attestation is' : `${attachmentCount} attestations are`;
    planning.reporter.warn(`${what} left out: about the digests that the image had before`);
  }
  return members.length === 0 ? undefined : { kind: 'index', index, descriptor, members };
}

async function planImage(planning: Planning, descriptor: ReadDescriptor): Promise<PlannedImage | undefined> {
  const { store, platforms, platformsThere } = planning;
  const isWanted = (platform: Platform) =>
    platforms.length === 0 || platforms.some((pattern) => matchesPlatform(pattern)(platform));
  const listed = descriptor.platform && platformOf(descriptor.platform);
  if (listed !== undefined && !isWanted(listed)) {
    platformsThere.push(listed);
    return undefined;
  }
  const manifest = parseManifest(await readDocument(store, descriptor), `the manifest ${descriptor.digest}`);
  if (!CONFIG_MEDIA_TYPES.has(manifest.config.mediaType)) {
    throw badDocument(descriptor, `is no container image: its config is ${manifest.config.mediaType}`);
  }
  const configBytes = await readDocument(store, manifest.config);
  const config = parseImageConfig(configBytes, `the image config ${manifest.config.digest}`);
  if (config.rootfs.diff_ids.length !== manifest.layers.length) {
    const count = config.rootfs.diff_ids.length;
    throw badDocument(descriptor, `has ${manifest.layers.length} layers, its config names ${count}`);
  }
  const platform = listed ?? platformOf(config);
  platformsThere.push(platform);
  if (!isWanted(platform)) return undefined;
  return { kind: 'image', descriptor, manifest, config, configBytes, platform };
}

/** Who asks for platforms may get a single image: that needs no index. */
function withoutLoneIndex(document: PlannedDocument): PlannedDocument {
  if (document.kind === 'image') return document;
  const [only, ...others] = document.members;
  return only === undefined || others.length > 0 ? document : withoutLoneIndex(only);
}

function badDocument({ digest }: ReadDescriptor, what: string): LayahError {
  return new LayahError({ code: 'bad-image', message: `${digest} ${what}` });
}

function noSuchPlatform({ store, platformsThere }: Planning, pattern: Platform | undefined): LayahError {
  const there = [...new Set(platformsThere.map(formatPlatform))].join(', ');
  return new LayahError({
    code: 'bad-image',
    message:
      pattern === undefined
        ? `${store.location} has no image`
        : `${store.location} has no image for ${formatPlatform(pattern)}, only for ${there}`,
  });
}
