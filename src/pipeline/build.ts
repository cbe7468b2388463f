/*
 * layah build, the stages in order:
 *
 *   scan -> components -> packing -> layers -> oci -> output
 *
 * build-layers.ts has the first four, plan-image.ts the first three of them.
 */
import { basename } from 'node:path';
import { unreachable } from '../model/errors.ts';
import type { GzipEngine } from '../model/gzip-engine.ts';
import type { BuildOptions } from '../model/options.ts';
import { formatRegistryReference } from '../model/registry-reference.ts';
import type { JsonBlob } from '../oci/descriptor.ts';
import { buildDockerManifest } from '../oci/docker-manifest.ts';
import { buildImageConfig } from '../oci/image-config.ts';
import { buildImageIndex } from '../oci/image-index.ts';
import { buildManifest } from '../oci/manifest.ts';
import type { LayerToc } from '../oci/toc-manifest.ts';
import type { ImageSink, LayoutDocuments } from '../output/image-sink.ts';
import type { Page } from '../reports/page.ts';
import { openRootfs } from '../scan/open-rootfs.ts';
import { buildLayers } from './build-layers.ts';
import { openSink } from './open-sink.ts';
import type { PageFile } from './page-file.ts';
import type { ImagePlan } from './plan-image.ts';
import { selectEngine } from './select-engine.ts';
import { writeTocImage } from './toc-image.ts';
import type { BuildSummary, LayerSummary, RunContext, TocImageSummary } from './run.ts';

/** @throws LayahError; the destination is then as it was before. */
export async function runBuild(options: BuildOptions, context: RunContext): Promise<BuildSummary> {
  const engine = await selectEngine(options, context.reporter);
  const rootfs = openRootfs(options.rootfs);
  try {
    const sink = await openSink(options.output, context);
    let page: PageFile | undefined;
    try {
      page = await openPage(options.htmlPath);
      const { plan, written } = await buildLayers({ rootfs, options, engine, context, sink });
      rootfs.confirmInPlace();
      const { summary, documents } = await writeMetadata({ options, engine, sink, plan }, written);
      await page?.write(await buildPage({ options, plan, summary }));
      await sink.finish(documents);
      await page?.commit();
      return summary;
    } catch (thrown) {
      await page?.abort();
      await sink.abort();
      context.signal.throwIfAborted();
      throw thrown;
    }
  } finally {
    rootfs.close();
  }
}

/* What makes pages is loaded where one is asked for. */

async function openPage(path: string | undefined): Promise<PageFile | undefined> {
  if (path === undefined) return undefined;
  const { openPageFile } = await import('./page-file.ts');
  return openPageFile(path);
}

async function buildPage({ options, plan, summary }: Built): Promise<Page> {
  const { imagePage } = await import('./image-page.ts');
  return imagePage({ title: imageName(options), options, plan, built: summary });
}

interface Built {
  readonly options: BuildOptions;
  readonly plan: ImagePlan;
  readonly summary: BuildSummary;
}

function imageName({ tag, output }: BuildOptions): string {
  if (tag !== undefined) return tag;
  switch (output.kind) {
    case 'registry':
      return formatRegistryReference(output.reference);
    case 'oci-archive':
    case 'oci-directory':
      return basename(output.path);
    case 'stdout':
      return 'image';
    default:
      return unreachable(output);
  }
}

interface MetadataWriting {
  readonly options: BuildOptions;
  readonly engine: GzipEngine;
  readonly sink: ImageSink;
  readonly plan: ImagePlan;
}

interface WrittenMetadata {
  readonly summary: BuildSummary;
  /** What is left to write. */
  readonly documents: LayoutDocuments;
}

async function writeMetadata(
  { options, engine, sink, plan }: MetadataWriting,
  layers: readonly LayerSummary[],
): Promise<WrittenMetadata> {
  const { image, createdSeconds, tag } = options;
  const config = buildImageConfig({
    image,
    createdSeconds,
    layers: layers.map(({ blob, componentNames }) => ({ diffId: blob.diffId, componentNames })),
  });
  const manifest = buildManifest({ config: config.descriptor, layers, annotations: image.annotations });
  const { bytes, descriptor } = config;
  await sink.writeBlob({ digest: descriptor.digest, sizeBytes: bytes.length, content: () => [bytes] });
  await sink.writeManifest(manifest);
  const tocs = layers.flatMap(({ toc }) => toc ?? []);
  const tocManifest = await writeTocImage(sink, { tocs, subject: manifest.descriptor });
  const index = buildImageIndex({
    manifest: manifest.descriptor,
    platform: image.platform,
    tag,
    tocManifest: tocManifest?.descriptor,
  });
  const dockerManifest = buildDockerManifest({
    config: descriptor.digest,
    layers: layers.map(({ blob }) => blob.digest),
    tag,
  });
  return {
    summary: {
      ...totals(layers),
      manifestDigest: manifest.descriptor.digest,
      engine: options.format === 'none' ? undefined : engine,
      layers,
      sources: plan.sources,
      tocImage: summarizeTocs(tocs, tocManifest),
    },
    documents: { index: index.bytes, dockerManifest, tocManifest },
  };
}

function totals(layers: readonly LayerSummary[]) {
  return {
    fileCount: layers.reduce((sum, layer) => sum + layer.fileCount, 0),
    contentBytes: layers.reduce((sum, layer) => sum + layer.contentBytes, 0),
    layerBytes: layers.reduce((sum, layer) => sum + layer.blob.sizeBytes, 0),
  };
}

function summarizeTocs(
  tocs: readonly LayerToc[],
  manifest: JsonBlob | undefined,
): TocImageSummary | undefined {
  if (manifest === undefined) return undefined;
  const tocBytes = tocs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { manifestDigest: manifest.descriptor.digest, tocBytes };
}
