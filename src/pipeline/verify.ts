/*
 * `layah verify`: recomputes every digest, diff ID, TOC and chunk of an image, and compares the tree that its layers make
 * with a root filesystem when one is given. What is wrong is collected, not thrown.
 */
import type { ImageStore } from '../images/image-store.ts';
import { missingBlob, unreadableImage } from '../images/layout-file.ts';
import { createTreeMerger, type MergedTree, type TreeMerger } from '../images/merge-tree.ts';
import { openImage } from '../images/open-image.ts';
import { createReadBudget } from '../images/read-budget.ts';
import { selectManifest } from '../images/select-manifest.ts';
import { createTocImages } from '../images/toc-images.ts';
import { type VerifiedLayer, verifyLayer } from '../images/verify-layer.ts';
import { LayahError } from '../model/errors.ts';
import type { Report } from '../model/finding.ts';
import type { VerifyOptions } from '../model/options.ts';
import { displayPath } from '../model/rootfs-path.ts';
import type { ReadDescriptor, ReadManifest } from '../oci/schemas.ts';
import type { RunContext, VerifyReport } from './run.ts';
import { readChecked, readDiffIds, readManifest } from './verify-documents.ts';
import { checkTopIndex } from './verify-index.ts';
import { createFindingList, type FindingList } from './verify-findings.ts';
import { compareWithRootfs } from './verify-rootfs.ts';

/** @throws LayahError `bad-image` when there is no readable image, or it is not clear which one is meant. */
export async function runVerify(options: VerifyOptions, context: RunContext): Promise<VerifyReport> {
  const store = await openImage(options.image, context);
  try {
    return await verifyImage(store, options, context);
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : unreadableImage(store.location, thrown);
  } finally {
    await store.close();
  }
}

async function verifyImage(
  store: ImageStore,
  options: VerifyOptions,
  context: RunContext,
): Promise<VerifyReport> {
  const findings = createFindingList();
  const descriptor = await findImage(store, options.tag, findings);
  for (const message of store.archiveProblems ?? []) {
    findings.add({ code: 'tar', subject: store.location, message });
  }
  const manifest = descriptor && (await readManifest(store, descriptor, findings));
  const merger = createTreeMerger();
  const layers =
    descriptor === undefined || manifest === undefined
      ? []
      : await verifyLayers({ store, manifest, descriptor, findings, merger, options }, context);
  const tree = merger.finish();
  reportProblems(tree, findings);
  const comparesRootfs = options.rootfs !== undefined && manifest !== undefined;
  if (comparesRootfs) {
    await compareWithRootfs({ tree, hostDirectory: options.rootfs, options, findings }, context);
  }
  return {
    manifestDigest: descriptor?.digest,
    layerCount: layers.length,
    estargzLayerCount: layers.filter(({ isEstargz }) => isEstargz).length,
    tocEntryCount: layers.reduce((sum, { tocEntryCount }) => sum + tocEntryCount, 0),
    chunkCount: layers.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    treeEntryCount: tree.entryCount,
    comparedWithRootfs: comparesRootfs,
    findings: findings.list(),
  };
}

/**
 * @returns undefined when damage keeps us from knowing which image is meant: that is a finding.
 * @throws LayahError `bad-image` when nothing is damaged, but there is no image, or it is not clear which one is meant.
 */
async function findImage(
  store: ImageStore,
  tag: string | undefined,
  findings: FindingList,
): Promise<ReadDescriptor | undefined> {
  await checkTopIndex(store, findings);
  try {
    return await selectManifest(store, tag, async (_, descriptor) => {
      const read = await readChecked(store, { kind: 'index', descriptor }, findings);
      if (read === undefined) throw missingBlob(descriptor.digest, store.location);
      return read.bytes;
    });
  } catch (thrown) {
    if (thrown instanceof LayahError && findings.list().length > 0) return undefined;
    throw thrown;
  }
}

interface ImageLayers {
  readonly store: ImageStore;
  readonly manifest: ReadManifest;
  readonly descriptor: ReadDescriptor;
  readonly findings: FindingList;
  readonly merger: TreeMerger;
  readonly options: VerifyOptions;
}

type LayerCounts = Omit<VerifiedLayer, 'entries'>;

async function verifyLayers(image: ImageLayers, context: RunContext): Promise<LayerCounts[]> {
  const { store, manifest, descriptor, findings, merger, options } = image;
  const diffIds = await readDiffIds(store, { manifest, descriptor }, findings);
  const tocImages = createTocImages(store, descriptor);
  const totalBytes = manifest.layers.reduce((sum, { size }) => sum + size, 0);
  const { maxInflatedBytes, maxEntries } = options;
  const compressedBytes = distinctBytes(manifest);
  const budget = createReadBudget({ compressedBytes, maxInflatedBytes, maxEntries });
  const verified: LayerCounts[] = [];
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    context.reporter.progress('verify', doneBytes, totalBytes);
  };
  for (const [index, layer] of manifest.layers.entries()) {
    const report = layerReport(layer, findings);
    const input = { store, descriptor: layer, diffId: diffIds[index], tocImages, budget, report, onBytes };
    const { entries, ...counts } = await verifyLayer({ ...input, signal: context.signal });
    verified.push(counts);
    if (budget.isExhausted) break;
    merger.add(entries);
  }
  return verified;
}

function layerReport({ digest }: ReadDescriptor, findings: FindingList): Report {
  return (code, message, path) =>
    findings.add({
      code,
      subject: digest,
      layer: digest,
      ...(path !== undefined && { path: displayPath(path) }),
      message,
    });
}

/** A manifest that names one layer many times does not become larger by that. */
function distinctBytes({ layers }: ReadManifest): number {
  return [...new Map(layers.map(({ digest, size }) => [digest, size])).values()].reduce(
    (sum, size) => sum + size,
    0,
  );
}

function reportProblems(tree: MergedTree, findings: FindingList): void {
  for (const { path, message } of tree.problems) {
    findings.add({ code: 'tree', subject: displayPath(path), path: displayPath(path), message });
  }
}
