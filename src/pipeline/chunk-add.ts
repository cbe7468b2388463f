/*
 * layah chunk add: the layers of an image into a chunk store.
 *
 *   images: layer as a tar -> chunks: cut, written where they are not there yet -> index -> ... -> image
 */
import { createChunkWriter } from '../chunks/chunk-writer.ts';
import { createIndexFile } from '../chunks/index-file.ts';
import { missingChunks, presentLayer } from '../chunks/present-layer.ts';
import { createLayerRecorder, type RecordedLayer } from '../chunks/record-layer.ts';
import { openSession, type Session } from '../chunks/session.ts';
import { publishImage, readImage, type StoredLayer } from '../chunks/stored-image.ts';
import { createChunkStore, indexName } from '../chunks/store.ts';
import { chunkingLabel } from '../chunks/strategy.ts';
import type { ImageStore } from '../images/image-store.ts';
import type { SelectedImage } from '../images/list-image.ts';
import { readDocument } from '../images/read-document.ts';
import type { ChunkAddOptions } from '../model/chunk-options.ts';
import type { ChunkAddSummary, ChunkedLayerSummary } from '../model/chunk-report.ts';
import type { DiffId } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { ImageSelection } from '../model/inspect-options.ts';
import { formatRegistryReference } from '../model/registry-reference.ts';
import { imageNames } from '../oci/converted-image.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import {
  indexHeader,
  type LayerReading,
  layersToRecord,
  type LayerToRecord,
  recordLayer,
} from './chunk-layer.ts';
import { withSelectedImage } from './open-selected-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError; what the store had is as it was before. */
export async function runChunkAdd(options: ChunkAddOptions, context: RunContext): Promise<ChunkAddSummary> {
  return withSelectedImage(options.image, context, async (source, image) => {
    const session = openSession(createChunkStore(options.store));
    try {
      return await addImage({ options, context, source, image, session });
    } finally {
      session.close();
    }
  });
}

interface Addition {
  readonly options: ChunkAddOptions;
  readonly context: RunContext;
  readonly source: ImageStore;
  readonly image: SelectedImage;
  readonly session: Session;
}

async function addImage(addition: Addition): Promise<ChunkAddSummary> {
  const { options, image, session } = addition;
  const all = layersToRecord(image);
  const layers = [...new Map(all.map((layer) => [layer.diffId, layer])).values()];
  session.need(layers.map(({ diffId }) => indexName(diffId, options)));
  const added = await addLayers(addition, layers);
  const summaries = all.map(({ diffId }) => find(added, diffId));
  const stored = summaries.map(({ diffId, sizeBytes, entryCount, chunkCount }): StoredLayer => {
    return { diffId, index: indexName(diffId, options), sizeBytes, entryCount, chunkCount };
  });
  const { name, replacedDigest } = await publish(addition, stored);
  return {
    name,
    manifestDigest: image.descriptor.digest,
    replacedDigest,
    layers: newsOnce(summaries),
  };
}

/** A layer that the image has had before brings nothing new. */
function newsOnce(layers: readonly ChunkedLayerSummary[]): ChunkedLayerSummary[] {
  const seen = new Set<DiffId>();
  return layers.map((layer) => {
    const isFirst = !seen.has(layer.diffId);
    seen.add(layer.diffId);
    return isFirst ? layer : { ...layer, newChunkCount: 0, newBytes: 0 };
  });
}

async function addLayers(
  { options, context, source, session }: Addition,
  layers: readonly LayerToRecord[],
): Promise<ReadonlyMap<DiffId, ChunkedLayerSummary>> {
  const { reporter, signal } = context;
  const totalBytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    reporter.progress('layers', doneBytes, totalBytes);
  };
  const reading: LayerReading = { store: source, limits: options.image, reporter, signal, onBytes };
  const added = new Map<DiffId, ChunkedLayerSummary>();
  for (const layer of layers) {
    signal.throwIfAborted();
    added.set(layer.diffId, await addLayer({ options, session, reading }, layer));
  }
  return added;
}

async function publish(
  { options, source, image, session }: Addition,
  layers: readonly StoredLayer[],
): Promise<Pick<ChunkAddSummary, 'name' | 'replacedDigest'>> {
  const { descriptor, manifest } = image;
  const { text } = options.image;
  const name = options.name ?? nameOf(options.image, descriptor) ?? text;
  const replaced = readImage(session.store, name);
  publishImage(session, {
    name,
    source: text,
    chunking: chunkingLabel(options),
    manifestDigest: descriptor.digest,
    manifestMediaType: descriptor.mediaType,
    manifest: (await readDocument(source, descriptor)).toString('utf8'),
    config: (await readDocument(source, manifest.config)).toString('utf8'),
    layers,
  });
  const isOther = replaced !== undefined && replaced.manifestDigest !== descriptor.digest;
  return { name, replacedDigest: isOther ? replaced.manifestDigest : undefined };
}

/** What an image is called where it is. */
function nameOf({ location, tag }: ImageSelection, descriptor: ReadDescriptor): string | undefined {
  if (location.kind === 'registry') return formatRegistryReference(location.reference);
  return Object.values(imageNames(descriptor) ?? {}).find((name) => name !== '') ?? tag;
}

/** A clean that runs at the same time may take chunks away before an index needs them. */
const MAX_ATTEMPTS = 3;

interface LayerAddition {
  readonly options: ChunkAddOptions;
  readonly session: Session;
  readonly reading: LayerReading;
}

async function addLayer(
  { options, session, reading }: LayerAddition,
  layer: LayerToRecord,
): Promise<ChunkedLayerSummary> {
  const { digest, size } = layer.descriptor;
  const name = indexName(layer.diffId, options);
  const known = await presentLayer(session.store, name);
  if (known !== undefined) {
    reading.onBytes(size);
    return { digest, diffId: layer.diffId, ...known, newChunkCount: 0, newBytes: 0 };
  }
  let first: RecordedLayer | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const recorded = await writeLayer({ options, session, reading }, layer);
    first ??= recorded;
    if ((await missingChunks(session.store, name)) === 0) return { digest, diffId: layer.diffId, ...first };
  }
  throw new LayahError({
    code: 'bad-store',
    message: `chunks of the layer ${digest} vanish from ${session.store.directory} while it is added`,
    hint: 'Look at what else deletes files there, then add the image again.',
  });
}

async function writeLayer(
  { options, session, reading }: LayerAddition,
  layer: LayerToRecord,
): Promise<RecordedLayer> {
  const { diffId } = layer;
  const index = createIndexFile(session, indexName(diffId, options), indexHeader(options, diffId));
  try {
    const recorder = createLayerRecorder(options, { chunks: createChunkWriter(session), index });
    const [recorded] = await recordLayer(reading, layer, [{ chunking: options, recorder }]);
    if (recorded === undefined)
      throw new LayahError({ code: 'internal', message: 'a layer was not recorded' });
    index.publish();
    return recorded;
  } finally {
    index.close();
  }
}

function find(added: ReadonlyMap<DiffId, ChunkedLayerSummary>, diffId: DiffId): ChunkedLayerSummary {
  const layer = added.get(diffId);
  if (layer !== undefined) return layer;
  throw new LayahError({ code: 'internal', message: `the layer ${diffId} was not added` });
}
