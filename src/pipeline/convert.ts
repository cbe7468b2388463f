/*
 * layah convert: an image that exists, layer by layer.
 *
 *   images: SRC -> plan -> [images: layer as a tar -> layers: blob] for each layer once -> oci: documents -> output: DST
 */
import { tmpdir } from 'node:os';
import { openImage } from '../images/open-image.ts';
import type { ImageStore } from '../images/image-store.ts';
import { createLayerWriter } from '../layers/write-layers.ts';
import type { Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { ConvertOptions } from '../model/options.ts';
import type { ImageSink } from '../output/image-sink.ts';
import { newName, writeDocuments } from './convert-documents.ts';
import { convertLayer, type ConvertedLayer, type LayerConversion } from './convert-layer.ts';
import { createConvertProgress } from './convert-progress.ts';
import { planLayerPrefetch } from './convert-prefetch.ts';
import {
  type ConvertPlan,
  planConversion,
  plannedLayers,
  type PlannedDocument,
  type PlannedLayer,
} from './convert-plan.ts';
import { openSink } from './open-sink.ts';
import type { ConvertSummary, RunContext } from './run.ts';
import { selectEngine } from './select-engine.ts';

/** @throws LayahError; the destination is then as it was before. */
export async function runConvert(options: ConvertOptions, context: RunContext): Promise<ConvertSummary> {
  const store = await openImage(options.source, context);
  try {
    return await convertFrom(store, options, context);
  } finally {
    await store.close();
  }
}

/** The same from an image that is open. */
export async function convertFrom(
  store: ImageStore,
  options: ConvertOptions,
  context: RunContext,
): Promise<ConvertSummary> {
  const sink = await openSink(options.output, context, options.source);
  try {
    return await convert({ options, context, store, sink });
  } catch (thrown) {
    await sink.abort();
    context.signal.throwIfAborted();
    throw thrown;
  }
}

interface Conversion {
  readonly options: ConvertOptions;
  readonly context: RunContext;
  readonly store: ImageStore;
  readonly sink: ImageSink;
}

async function convert(conversion: Conversion): Promise<ConvertSummary> {
  const { options, context, store, sink } = conversion;
  const { sourceTag: tag, platforms } = options;
  const plan = await planConversion({ store, tag, platforms, reporter: context.reporter });
  if (options.externalToc) refuseNameless(options, plan);
  const layers = await convertLayers(conversion, plan.top);
  return writeDocuments({ plan, layers, options, sink });
}

/** A snapshotter finds the TOC image by its name. */
function refuseNameless(options: ConvertOptions, { names }: ConvertPlan): void {
  if (options.output.kind === 'registry' || (newName(options) ?? names) !== undefined) return;
  throw new LayahError({
    code: 'usage',
    message: '--external-toc: the image has no name, and its TOC image would have none either',
    hint: 'Name it with --tag.',
  });
}

/** Every layer once, however many images have it. @returns them by the digest that they had. */
async function convertLayers(
  { options, context, store, sink }: Conversion,
  plan: PlannedDocument,
): Promise<ReadonlyMap<Digest, ConvertedLayer>> {
  const { reporter, signal } = context;
  const temporaryDirectory = tmpdir();
  const engine = await selectEngine(options, reporter);
  const wanted = plannedLayers(plan);
  const totalBytes = wanted.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  const progress = createConvertProgress(totalBytes, reporter);
  const writer = await createLayerWriter({
    ...options,
    engine,
    prefix: undefined,
    temporaryDirectory,
    signal,
    onContentBytes: progress.onContentBytes,
  });
  try {
    const conversion = { store, sink, writer, options, temporaryDirectory, reporter, progress, signal };
    const prefetch = await planLayerPrefetch(conversion, plan, context);
    return await convertEach({ ...conversion, prefetch }, wanted);
  } finally {
    await writer.close();
  }
}

async function convertEach(
  conversion: LayerConversion,
  wanted: readonly PlannedLayer[],
): Promise<ReadonlyMap<Digest, ConvertedLayer>> {
  const { progress } = conversion;
  const converted = new Map<Digest, ConvertedLayer>();
  for (const { descriptor, diffId } of wanted) {
    progress.begin(descriptor.size);
    converted.set(descriptor.digest, await convertLayer(conversion, descriptor, diffId));
    progress.end();
  }
  return converted;
}
