/*
 * layah build, the stages in order:
 *
 *   scan -> components -> packing -> layers -> oci -> output
 *
 * plan-image.ts has the first three.
 */
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { writeLayers } from '../layers/write-layers.ts';
import { unreachable } from '../model/errors.ts';
import { engineIdentity, type GzipEngine } from '../model/gzip-engine.ts';
import type { HostPrefix } from '../model/host-path.ts';
import type { PreviousImage } from '../model/layer-plan.ts';
import type { LayerContents } from '../model/layer.ts';
import type { BuildOptions } from '../model/options.ts';
import { formatRegistryReference } from '../model/registry-reference.ts';
import type { Reporter } from '../model/reporter.ts';
import type { JsonBlob } from '../oci/descriptor.ts';
import { buildDockerManifest } from '../oci/docker-manifest.ts';
import { buildImageConfig } from '../oci/image-config.ts';
import { buildImageIndex } from '../oci/image-index.ts';
import { buildManifest } from '../oci/manifest.ts';
import type { LayerToc } from '../oci/toc-manifest.ts';
import type { ImageSink, LayoutDocuments } from '../output/image-sink.ts';
import type { Page } from '../reports/page.ts';
import { openRootfs, type OpenRootfs } from '../scan/open-rootfs.ts';
import { contentsPrefix } from '../scan/scan-prefix.ts';
import { openSink } from './open-sink.ts';
import type { PageFile } from './page-file.ts';
import { type ImagePlan, planImage } from './plan-image.ts';
import { planPrefetch } from './prefetch.ts';
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
      const { plan, layers } = await planBuild(rootfs, options, context);
      if (options.format !== 'none') warnOfOtherEngine(plan.previous, engine, context.reporter);
      const prefix = contentsPrefix(rootfs, plan.scan.entries);
      const written = await writeBlobs({ prefix, options, engine, context, sink }, layers);
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

interface ArrangedLayer {
  readonly componentNames: readonly string[];
  readonly fingerprints: readonly string[];
  readonly contents: LayerContents;
  readonly contentBytes: number;
}

interface BuildPlan {
  readonly plan: ImagePlan;
  readonly layers: readonly ArrangedLayer[];
}

async function planBuild(rootfs: OpenRootfs, options: BuildOptions, context: RunContext): Promise<BuildPlan> {
  const plan = await planImage(rootfs, options, context);
  const { arrange, scan } = plan;
  const prefetch = await planPrefetch(options.record, (path) => scan.byPath.get(path), context);
  const layers = plan.layers.map(({ plan: { componentNames }, members }): ArrangedLayer => {
    const components = members.map(({ component }) => component);
    return {
      componentNames,
      fingerprints: members.map(({ item }) => item.fingerprint),
      contents: prefetch(arrange(components)),
      contentBytes: components.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  });
  warnDowngraded(layers, options, context.reporter);
  return { plan, layers };
}

function warnOfOtherEngine(
  previous: PreviousImage | undefined,
  engine: GzipEngine,
  reporter: Reporter,
): void {
  const own = engineIdentity(engine);
  const other = previous?.engines.find((each) => each !== own);
  if (other === undefined) return;
  reporter.warn(
    `the previous image was compressed by ${JSON.stringify(other)}, this one is by ${JSON.stringify(own)}: ` +
      'its layers come out with other bytes even where nothing has changed (see --gzip-engine and --compression-level)',
  );
}

function warnDowngraded(
  layers: readonly ArrangedLayer[],
  { format }: BuildOptions,
  reporter: Reporter,
): void {
  const count = layers.filter((layer) => layer.contents.format !== format).length;
  if (count === 0) return;
  reporter.warn(
    `${count} of ${layers.length} layers hold names that the TOC of eStargz cannot carry ` +
      '(not UTF-8, or those of its own parts at the root): they are plain gzip and cannot be pulled lazily',
  );
}

interface BlobWriting {
  readonly prefix: HostPrefix;
  readonly options: BuildOptions;
  readonly engine: GzipEngine;
  readonly context: RunContext;
  readonly sink: ImageSink;
}

async function writeBlobs(
  { prefix, options, engine, context, sink }: BlobWriting,
  layers: readonly ArrangedLayer[],
): Promise<LayerSummary[]> {
  const total = layers.reduce((sum, layer) => sum + layer.contentBytes, 0);
  let done = 0;
  const settings = {
    prefix,
    chunkSizeBytes: options.chunkSizeBytes,
    minChunkSizeBytes: options.minChunkSizeBytes,
    engine,
    externalToc: options.externalToc,
    threads: options.threads,
    temporaryDirectory: tmpdir(),
    signal: context.signal,
    onContentBytes(count: number) {
      done += count;
      context.reporter.progress('layers', done, total);
    },
  };
  const summaries: LayerSummary[] = [];
  const contents = layers.map((layer) => layer.contents);
  for await (const { blob, read, tocBlob } of writeLayers(contents, settings)) {
    const layer = layers[summaries.length];
    if (layer === undefined) break;
    await sink.writeBlob({ digest: blob.digest, sizeBytes: blob.sizeBytes, content: read });
    if (tocBlob !== undefined) await sink.writeBlob({ ...tocBlob, content: () => [tocBlob.bytes] });
    const toc = tocBlob && { layer: blob.digest, digest: tocBlob.digest, sizeBytes: tocBlob.sizeBytes };
    const { contents: written, ...known } = layer;
    summaries.push({ ...known, fileCount: countFiles(written), blob, toc });
  }
  return summaries;
}

function countFiles(contents: LayerContents): number {
  return contents.entries.filter((entry) => entry.kind !== 'directory').length;
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
