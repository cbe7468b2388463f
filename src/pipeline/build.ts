/*
 * layah build, the stages in order:
 *
 *   scan -> components -> packing -> layers -> oci -> output
 */
import { tmpdir } from 'node:os';
import { assignComponents } from '../components/assign.ts';
import { loadSources } from '../components/load-sources.ts';
import { UNLISTABLE_COMPONENTS } from '../components/unlistable.ts';
import { createArranger } from '../layers/arrange.ts';
import { writeLayers } from '../layers/write-layers.ts';
import { mappedComponentName } from '../model/component-map.ts';
import type { Component } from '../model/component.ts';
import { LayahError } from '../model/errors.ts';
import type { PackItem } from '../model/layer-plan.ts';
import type { LayerContents } from '../model/layer.ts';
import type { BuildOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import { buildDockerManifest } from '../oci/docker-manifest.ts';
import { buildImageConfig } from '../oci/image-config.ts';
import { buildImageIndex } from '../oci/image-index.ts';
import { buildManifest } from '../oci/manifest.ts';
import type { ImageSink } from '../output/image-sink.ts';
import { findExclusive } from '../packing/exclusive.ts';
import { planLayers } from '../packing/pack.ts';
import { planEpochSeconds } from '../packing/plan-epoch.ts';
import { openRootfs, type OpenRootfs } from '../scan/open-rootfs.ts';
import { createRootfsReader } from '../scan/rootfs-reader.ts';
import { scanRootfs } from '../scan/scan.ts';
import { openSink } from './open-sink.ts';
import type { BuildSummary, LayerSummary, RunContext, SourceSummary } from './run.ts';

/** @throws LayahError; the destination is then as it was before. */
export async function runBuild(options: BuildOptions, context: RunContext): Promise<BuildSummary> {
  const rootfs = openRootfs(options.rootfs);
  try {
    const sink = await openSink(options.output, context);
    try {
      const { sources, layers } = await planBuild(rootfs, options, context);
      const written = await writeBlobs({ rootfs, options, context, sink }, layers);
      return await writeMetadata({ options, sink, sources }, written);
    } catch (thrown) {
      await sink.abort();
      context.signal.throwIfAborted();
      throw thrown;
    }
  } finally {
    rootfs.close();
  }
}

interface PlannedLayer {
  readonly componentNames: readonly string[];
  readonly contents: LayerContents;
  readonly contentBytes: number;
}

interface BuildPlan {
  readonly sources: readonly SourceSummary[];
  readonly layers: readonly PlannedLayer[];
}

async function planBuild(
  rootfs: OpenRootfs,
  options: BuildOptions,
  { reporter, signal }: RunContext,
): Promise<BuildPlan> {
  const { prune, skipSpecialFiles, createdSeconds, format } = options;
  const scan = await scanRootfs(rootfs, { prune, skipSpecialFiles, reporter, signal });
  if (scan.entries.length === 0) throw nothingLeft(options.rootfs);
  const claims = await loadSources({ scan, reader: createRootfsReader(rootfs), reporter, signal }, options);
  const { components, summaries } = assignComponents(scan, claims);
  const byName = new Map(components.map((component) => [component.name, component]));
  const arrange = createArranger(scan, { format, createdSeconds });
  const items = packItems(components, options, reporter);
  const plan = planLayers(items, {
    maxLayers: options.maxLayers,
    maxLayerSizeBytes: undefined,
    planTimeSeconds: planEpochSeconds(createdSeconds),
    previous: undefined,
  });
  const layers = plan.layers.map(({ componentNames }): PlannedLayer => {
    const members = componentNames.map((name) => byName.get(name)).filter((member) => member !== undefined);
    return { componentNames, contents: arrange(members), contentBytes: contentBytes(members) };
  });
  warnDowngraded(layers, options, reporter);
  return { sources: summaries, layers };
}

function packItems(
  components: readonly Component[],
  { exclusiveComponents, componentMap, maxLayers }: BuildOptions,
  reporter: Reporter,
): PackItem[] {
  const { names, warnings } = findExclusive(
    components.map(({ name }) => name),
    exclusiveComponents,
  );
  for (const warning of warnings) reporter.warn(warning);
  // A component of the map that has no files has been warned of already: its patterns match nothing.
  const mapped = componentMap?.components.filter(({ exclusive }) => exclusive) ?? [];
  const mappedNames = new Set(mapped.map(({ name }) => mappedComponentName(name)));
  const asked = ({ name }: Component) => names.has(name) || mappedNames.has(name);
  // Nobody asked for these, so they give way where layers are few.
  const hasRoom = components.filter((each) => asked(each) || unlistable(each)).length < maxLayers;
  return components.map((component) => ({
    ...component,
    exclusive: asked(component) || (hasRoom && unlistable(component)),
    // No image before this one is looked at yet.
    fingerprint: '',
  }));
}

function unlistable({ name }: Component): boolean {
  return UNLISTABLE_COMPONENTS.includes(name);
}

function contentBytes(components: readonly Component[]): number {
  return components.reduce((sum, component) => sum + component.sizeBytes, 0);
}

function warnDowngraded(layers: readonly PlannedLayer[], { format }: BuildOptions, reporter: Reporter): void {
  const count = layers.filter((layer) => layer.contents.format !== format).length;
  if (count === 0) return;
  reporter.warn(
    `${count} of ${layers.length} layers hold names that the TOC of eStargz cannot carry ` +
      '(not UTF-8, or those of its own parts at the root): they are plain gzip and cannot be pulled lazily',
  );
}

interface BlobWriting {
  readonly rootfs: OpenRootfs;
  readonly options: BuildOptions;
  readonly context: RunContext;
  readonly sink: ImageSink;
}

async function writeBlobs(
  { rootfs, options, context, sink }: BlobWriting,
  layers: readonly PlannedLayer[],
): Promise<LayerSummary[]> {
  const total = layers.reduce((sum, layer) => sum + layer.contentBytes, 0);
  let done = 0;
  const settings = {
    prefix: rootfs.prefix,
    chunkSizeBytes: options.chunkSizeBytes,
    compressionLevel: options.compressionLevel,
    externalToc: false,
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
  for await (const { blob, read } of writeLayers(contents, settings)) {
    const layer = layers[summaries.length];
    if (layer === undefined) break;
    await sink.writeBlob({ digest: blob.digest, sizeBytes: blob.sizeBytes, content: read });
    const { componentNames, contentBytes: bytes } = layer;
    summaries.push({ componentNames, fileCount: countFiles(layer.contents), contentBytes: bytes, blob });
  }
  return summaries;
}

function countFiles(contents: LayerContents): number {
  return contents.entries.filter((entry) => entry.kind !== 'directory').length;
}

interface MetadataWriting {
  readonly options: BuildOptions;
  readonly sink: ImageSink;
  readonly sources: readonly SourceSummary[];
}

async function writeMetadata(
  { options, sink, sources }: MetadataWriting,
  layers: readonly LayerSummary[],
): Promise<BuildSummary> {
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
  const index = buildImageIndex({ manifest: manifest.descriptor, platform: image.platform, tag });
  const dockerManifest = buildDockerManifest({
    config: config.descriptor.digest,
    layers: layers.map(({ blob }) => blob.digest),
    tag,
  });
  await sink.finish({ index: index.bytes, dockerManifest });
  return {
    manifestDigest: manifest.descriptor.digest,
    layers,
    sources,
    fileCount: layers.reduce((sum, layer) => sum + layer.fileCount, 0),
    contentBytes: layers.reduce((sum, layer) => sum + layer.contentBytes, 0),
    layerBytes: layers.reduce((sum, layer) => sum + layer.blob.sizeBytes, 0),
  };
}

function nothingLeft(rootfs: string): LayahError {
  return new LayahError({
    code: 'bad-rootfs',
    message: `nothing is left of the root filesystem ${rootfs}`,
    hint: 'Look at the --prune flags: they leave everything out.',
  });
}
