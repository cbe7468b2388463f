/*
 * The documents of the new image, from the innermost outwards: configs, manifests, indexes, index.json.
 */
import type { Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { parseImageReference } from '../model/image-reference.ts';
import type { ConvertOptions } from '../model/options.ts';
import { formatRegistryReference } from '../model/registry-reference.ts';
import {
  type ConvertedDescriptor,
  convertedConfig,
  convertedIndex,
  convertedLayer,
  convertedManifest,
  keptLayer,
} from '../oci/converted-image.ts';
import type { JsonBlob } from '../oci/descriptor.ts';
import { buildDockerManifest } from '../oci/docker-manifest.ts';
import { buildImageIndex } from '../oci/image-index.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageSink } from '../output/image-sink.ts';
import type { ConvertedLayer } from './convert-layer.ts';
import {
  type ConvertPlan,
  type PlannedDocument,
  type PlannedImage,
  type PlannedIndex,
  plannedLayers,
} from './convert-plan.ts';
import { writeTocImage } from './toc-image.ts';
import type { ConvertedImageSummary, ConvertedLayerSummary, ConvertSummary } from './run.ts';

export interface DocumentsInput {
  readonly plan: ConvertPlan;
  /** By the digests that they had. */
  readonly layers: ReadonlyMap<Digest, ConvertedLayer>;
  readonly options: ConvertOptions;
  readonly sink: ImageSink;
}

export async function writeDocuments(input: DocumentsInput): Promise<ConvertSummary> {
  const { plan, options, sink, layers } = input;
  const images: WrittenImage[] = [];
  const top = await writeDocument(input, plan.top, images);
  const tocs = [...layers.values()].flatMap(({ toc }) => toc ?? []);
  const tocManifest = await writeTocImage(sink, { tocs, subject: top.descriptor });
  const index = buildImageIndex({
    manifest: top.descriptor,
    platform: plan.top.kind === 'image' ? plan.top.platform : undefined,
    tag: newName(options),
    annotations: plan.names,
    tocManifest: tocManifest?.descriptor,
  });
  const [only] = images;
  const isSingle = plan.top.kind === 'image' && only !== undefined;
  const dockerManifest = isSingle ? dockerManifestOf(only, input) : undefined;
  await sink.finish({ index: index.bytes, dockerManifest, tocManifest });
  return {
    digest: top.descriptor.digest,
    images: images.map(({ summary }) => summary),
    layers: plannedLayers(plan.top).map(({ descriptor }) => summarize(descriptor, layers)),
  };
}

interface WrittenImage {
  readonly config: Digest;
  readonly summary: ConvertedImageSummary;
}

async function writeDocument(
  input: DocumentsInput,
  document: PlannedDocument,
  images: WrittenImage[],
): Promise<JsonBlob> {
  return document.kind === 'image'
    ? writeImage(input, document, images)
    : writeIndex(input, document, images);
}

async function writeIndex(
  input: DocumentsInput,
  { index, members }: PlannedIndex,
  images: WrittenImage[],
): Promise<JsonBlob> {
  const manifests: [ReadDescriptor, ConvertedDescriptor][] = [];
  for (const member of members) {
    const { descriptor } = await writeDocument(input, member, images);
    if (member.descriptor !== undefined) manifests.push([member.descriptor, descriptor]);
  }
  const document = convertedIndex(index, manifests);
  await input.sink.writeManifest(document);
  return document;
}

async function writeImage(
  { layers, sink, options }: DocumentsInput,
  image: PlannedImage,
  images: WrittenImage[],
): Promise<JsonBlob> {
  const { manifest, configBytes, config: source, platform } = image;
  const diffIds = source.rootfs.diff_ids.map((diffId, index) => {
    const layer = manifest.layers[index];
    return (layer && find(layers, layer).blob)?.diffId ?? diffId;
  });
  const config = convertedConfig(configBytes, diffIds);
  const document = convertedManifest(manifest, {
    config: config.descriptor,
    layers: manifest.layers.map((layer) => {
      const { blob } = find(layers, layer);
      return blob === undefined ? keptLayer(layer, options.format) : convertedLayer(layer, blob);
    }),
  });
  const { digest, size } = config.descriptor;
  await sink.writeBlob({ digest, sizeBytes: size, content: () => [config.bytes] });
  await sink.writeManifest(document);
  const summaries = manifest.layers.map((layer) => summarize(layer, layers));
  const summary = { platform, manifestDigest: document.descriptor.digest, layers: summaries };
  images.push({ config: digest, summary });
  return document;
}

function find(layers: ReadonlyMap<Digest, ConvertedLayer>, { digest }: ReadDescriptor): ConvertedLayer {
  const layer = layers.get(digest);
  if (layer !== undefined) return layer;
  throw new LayahError({ code: 'internal', message: `the layer ${digest} was not converted` });
}

function summarize(
  source: ReadDescriptor,
  layers: ReadonlyMap<Digest, ConvertedLayer>,
): ConvertedLayerSummary {
  const { outcome, blob } = find(layers, source);
  return {
    outcome,
    sourceDigest: source.digest,
    sourceBytes: source.size,
    digest: blob?.digest ?? source.digest,
    bytes: blob?.sizeBytes ?? source.size,
  };
}

/** The image's name in DST, unless it is the one that SRC's index says. From a registry it keeps the whole one. */
export function newName({ tag, source }: ConvertOptions): string | undefined {
  if (tag !== undefined || source.kind !== 'registry' || source.reference.version.kind !== 'tag') return tag;
  return formatRegistryReference(source.reference);
}

/** Docker wants a whole name here, where others may say only the tag. */
function dockerName({ names }: ConvertPlan): string | undefined {
  return Object.values(names ?? {}).find((name) => {
    const reference = parseImageReference(name);
    return typeof reference !== 'string' && reference.tag !== undefined;
  });
}

function dockerManifestOf({ config, summary }: WrittenImage, { plan, options }: DocumentsInput): Uint8Array {
  return buildDockerManifest({
    config,
    layers: summary.layers.map(({ digest }) => digest),
    tag: newName(options) ?? dockerName(plan),
  });
}
