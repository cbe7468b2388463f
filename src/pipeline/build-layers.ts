/*
 * The layers of layah build: from the root filesystem to blobs in the destination. The threads that compress start as
 * soon as the scan tells how many are of use, and load what they need while this one plans.
 */
import { tmpdir } from 'node:os';
import type { LayerSettings } from '../layers/settings.ts';
import { createLayerWriter, type LayerWriter, usefulThreads } from '../layers/write-layers.ts';
import type { Scan } from '../model/entry.ts';
import { engineIdentity, type GzipEngine } from '../model/gzip-engine.ts';
import type { PreviousImage } from '../model/layer-plan.ts';
import type { LayerContents } from '../model/layer.ts';
import type { BuildOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import type { ImageSink } from '../output/image-sink.ts';
import type { OpenRootfs } from '../scan/open-rootfs.ts';
import { type ImagePlan, planImage, type ScannedTree, scanTree } from './plan-image.ts';
import { planPrefetch } from './prefetch.ts';
import type { LayerSummary, RunContext } from './run.ts';

export interface LayerBuilding {
  readonly rootfs: OpenRootfs;
  readonly options: BuildOptions;
  readonly engine: GzipEngine;
  readonly context: RunContext;
  readonly sink: ImageSink;
}

export interface BuiltLayers {
  readonly plan: ImagePlan;
  readonly written: readonly LayerSummary[];
}

export async function buildLayers(building: LayerBuilding): Promise<BuiltLayers> {
  const { rootfs, options, engine, context, sink } = building;
  const tree = await scanTree(rootfs, options, context);
  const writer = await createLayerWriter(layerSettings(building, tree));
  try {
    const { plan, layers } = await planBuild(tree, options, context);
    if (options.format !== 'none') warnOfOtherEngine(plan.previous, engine, context.reporter);
    return { plan, written: await writeBlobs(writer, layers, sink) };
  } finally {
    await writer.close();
  }
}

function layerSettings(
  { options, engine, context }: LayerBuilding,
  { scan, prefix }: ScannedTree,
): LayerSettings {
  const total = contentBytes(scan);
  let done = 0;
  return {
    prefix,
    chunkSizeBytes: options.chunkSizeBytes,
    minChunkSizeBytes: options.minChunkSizeBytes,
    engine,
    externalToc: options.externalToc,
    // What is not compressed is written by this thread alone.
    threads: options.format === 'none' ? 1 : Math.min(options.threads, usefulThreads(total)),
    temporaryDirectory: tmpdir(),
    signal: context.signal,
    onContentBytes(count: number) {
      done += count;
      context.reporter.progress('layers', done, total);
    },
  };
}

/** Those of an inode count once, whatever names it has. */
function contentBytes({ entries, linkGroups }: Scan): number {
  let sum = 0;
  for (const entry of entries) {
    if (entry.kind !== 'file') continue;
    const { linkGroup, path, sizeBytes } = entry;
    if (linkGroup === undefined || linkGroups[linkGroup]?.[0] === path) sum += sizeBytes;
  }
  return sum;
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

async function planBuild(tree: ScannedTree, options: BuildOptions, context: RunContext): Promise<BuildPlan> {
  const plan = await planImage(tree, options, context);
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

async function writeBlobs(
  writer: LayerWriter,
  layers: readonly ArrangedLayer[],
  sink: ImageSink,
): Promise<LayerSummary[]> {
  const summaries: LayerSummary[] = [];
  const contents = layers.map((layer) => layer.contents);
  for await (const { blob, read, tocBlob } of writer.writeAll(contents)) {
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
