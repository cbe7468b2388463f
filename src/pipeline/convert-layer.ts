/*
 * One layer of an image that is converted: kept, or unpacked into a temporary file and written anew.
 */
import { inspectLayer, isAsWanted, type StoredLayer } from '../images/kept-layer.ts';
import type { ImageStore } from '../images/image-store.ts';
import { spoolBlob, spoolLayer } from '../images/spool-layer.ts';
import { arrangeSpooled } from '../images/spooled-contents.ts';
import { compressionOfMediaType } from '../images/layer-content.ts';
import { prioritize } from '../layers/prioritize.ts';
import type { LayerWriter } from '../layers/write-layers.ts';
import type { DiffId } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { LayerBlob, TocBlob } from '../model/layer.ts';
import type { ConvertOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import type { LayerToc } from '../oci/toc-manifest.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageSink } from '../output/image-sink.ts';
import type { ConvertProgress } from './convert-progress.ts';
import type { LayerPrefetch } from './convert-prefetch.ts';
import type { LayerOutcome } from './run.ts';

export interface LayerConversion {
  readonly store: ImageStore;
  readonly sink: ImageSink;
  readonly writer: LayerWriter;
  readonly options: ConvertOptions;
  /** Undefined when there is no record: then nothing says that a layer must be written anew. */
  readonly prefetch: LayerPrefetch | undefined;
  readonly temporaryDirectory: string;
  readonly reporter: Reporter;
  readonly progress: ConvertProgress;
  readonly signal: AbortSignal;
}

export interface ConvertedLayer {
  readonly outcome: LayerOutcome;
  /** Undefined for one that was kept. */
  readonly blob: LayerBlob | undefined;
  /** Where its TOC is, when that is not in the layer. */
  readonly toc: LayerToc | undefined;
}

/** @throws LayahError `bad-image` naming the layer when it is damaged. */
export async function convertLayer(
  conversion: LayerConversion,
  descriptor: ReadDescriptor,
  diffId: DiffId,
): Promise<ConvertedLayer> {
  const { store, options, prefetch } = conversion;
  refuseForeign(descriptor);
  const stored = await inspectLayer(store, descriptor);
  const isWanted = isAsWanted(stored, options) || (options.keepDiffId && stored.estargz?.isIntact === true);
  if (prefetch === undefined && isWanted) return keepLayer(conversion, descriptor);
  return rewriteLayer(conversion, { descriptor, diffId, stored });
}

async function keepLayer(
  { sink, progress, ...spooling }: LayerConversion,
  descriptor: ReadDescriptor,
): Promise<ConvertedLayer> {
  const blob = await spoolBlob({ ...spooling, descriptor, onBytes: progress.onBlobBytes });
  try {
    const { digest, size } = descriptor;
    await sink.writeBlob({ digest, sizeBytes: size, content: () => blob.read() });
    return { outcome: { kind: 'kept' }, blob: undefined, toc: undefined };
  } finally {
    blob.close();
  }
}

interface LayerToRewrite {
  readonly descriptor: ReadDescriptor;
  readonly diffId: DiffId;
  readonly stored: StoredLayer;
}

async function rewriteLayer(
  { sink, writer, options, prefetch, reporter, progress, ...spooling }: LayerConversion,
  { descriptor, diffId, stored }: LayerToRewrite,
): Promise<ConvertedLayer> {
  const { compression, estargz } = stored;
  const spooled = await spoolLayer({
    ...spooling,
    limits: options,
    descriptor,
    diffId,
    compression,
    onBytes: progress.onBlobBytes,
  });
  try {
    const { contents, obstacle } = arrangeSpooled(spooled, {
      format: options.format,
      wasEstargz: estargz !== undefined,
      keepDiffId: options.keepDiffId,
    });
    if (obstacle !== undefined) {
      reporter.warn(
        `the layer ${descriptor.digest} becomes plain gzip, since eStargz cannot express it: ${obstacle}`,
      );
    }
    progress.unpacked(contents);
    const paths = prefetch?.get(descriptor.digest) ?? [];
    const { blob, tocBlob, read } = await writer.write(prioritize(contents, [...paths]));
    await sink.writeBlob({ digest: blob.digest, sizeBytes: blob.sizeBytes, content: read });
    const outcome: LayerOutcome =
      obstacle === undefined ? { kind: 'converted' } : { kind: 'not-expressible', obstacle };
    return { outcome, blob, toc: tocBlob && (await writeToc(sink, blob, tocBlob)) };
  } finally {
    spooled.tar.close();
  }
}

async function writeToc(sink: ImageSink, layer: LayerBlob, toc: TocBlob): Promise<LayerToc> {
  const { digest, sizeBytes, bytes } = toc;
  await sink.writeBlob({ digest, sizeBytes, content: () => [bytes] });
  return { layer: layer.digest, digest, sizeBytes };
}

/** Its content is with other servers, and mostly may not be passed on. */
function refuseForeign({ digest, mediaType }: ReadDescriptor): void {
  if (compressionOfMediaType(mediaType) === undefined) {
    throw new LayahError({ code: 'bad-image', message: `${digest} is no layer: it is ${mediaType}` });
  }
  if (!/foreign|nondistributable/.test(mediaType)) return;
  throw new LayahError({
    code: 'bad-image',
    message: `the layer ${digest} is foreign (${mediaType}), and cannot be converted`,
    hint: 'Such layers, of Windows mostly, are kept by their vendor and must not be changed.',
  });
}
