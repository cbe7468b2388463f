/*
 * Verifies one layer: takes its blob and what manifest and image config say of it, reports every contradiction, and
 * gives the entries that an unpacked layer consists of.
 */
import type { DiffId } from '../model/digest.ts';
import { displayBytes } from '../model/rootfs-path.ts';
import { TOC_DIGEST_ANNOTATION, UNCOMPRESSED_SIZE_ANNOTATION } from '../model/estargz.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { Report } from '../model/finding.ts';
import type { ImageStore } from './image-store.ts';
import { createEstargzChecks, createPlainChecks } from './layer-checks.ts';
import { compressionOfContent, compressionOfMediaType, MAGIC_BYTES } from './layer-content.ts';
import type { LayerTarEntry } from './layer-entries.ts';
import { type EstargzState, type LocatedToc, locateToc } from './locate-toc.ts';
import { createLayerPass, type LayerPass, type LayerPassResult } from './read-layer.ts';
import { type TocFile, tocFiles } from './toc-files.ts';

export interface LayerInput {
  readonly store: ImageStore;
  readonly descriptor: ReadDescriptor;
  /** Undefined when the image config names none for this layer. */
  readonly diffId: DiffId | undefined;
  readonly signal: AbortSignal;
  readonly report: Report;
}

export interface VerifiedLayer {
  readonly isEstargz: boolean;
  readonly tocEntryCount: number;
  readonly chunkCount: number;
  /** What unpacking gives, in order; without the landmark and the TOC of eStargz. */
  readonly entries: readonly LayerTarEntry[];
}

/** @throws LayahError only when the blob cannot be read; whatever is wrong with it goes to `input.report`. */
export async function verifyLayer(input: LayerInput): Promise<VerifiedLayer> {
  const { store, descriptor, report } = input;
  const sizeBytes = await store.size(descriptor.digest);
  if (sizeBytes === undefined) {
    report('blob-digest', 'the blob is not in the image');
    return NOTHING;
  }
  if (sizeBytes !== descriptor.size) {
    report('blob-size', `the blob has ${sizeBytes} bytes, the manifest says ${descriptor.size}`);
  }
  const content = compressionOfContent(await store.readRange(descriptor.digest, 0, MAGIC_BYTES));
  checkMediaType(descriptor.mediaType, content, report);
  if (content === 'zstd') {
    report(
      'media-type',
      'the layer is compressed with zstd, which is not supported: its content was not verified',
    );
    return NOTHING;
  }
  const annotations = descriptor.annotations ?? {};
  const blob = { store, digest: descriptor.digest, sizeBytes, annotations };
  if (content !== 'gzip' && annotations[TOC_DIGEST_ANNOTATION] !== undefined) {
    report('footer', 'the layer is annotated as eStargz, but is not gzip');
  }
  const estargz = content === 'gzip' ? await locateToc(blob, report) : 'none';
  return readContent(input, content, estargz);
}

const NOTHING: VerifiedLayer = { isEstargz: false, tocEntryCount: 0, chunkCount: 0, entries: [] };

function checkMediaType(mediaType: string, content: string, report: Report): void {
  const promised = compressionOfMediaType(mediaType);
  if (promised === undefined) {
    report('media-type', `${displayBytes(mediaType)} is not the media type of a layer`);
  } else if (promised !== content) {
    report(
      'media-type',
      `the media type ${mediaType} promises compression ${promised}, the blob has ${content}`,
    );
  }
}

async function readContent(
  input: LayerInput,
  compression: 'gzip' | 'none',
  estargz: EstargzState,
): Promise<VerifiedLayer> {
  const { store, descriptor, signal, report } = input;
  const located = typeof estargz === 'string' ? undefined : estargz;
  const files = located === undefined ? [] : tocFiles(located.toc, located.tocOffset, report);
  const checks =
    located === undefined
      ? createPlainChecks(report)
      : createEstargzChecks({ files, report, currentMember: () => pass.currentMember() });
  const blob = await store.readBlob(descriptor.digest);
  const pass: LayerPass = createLayerPass({
    blob,
    compression,
    memberOffsets: located === undefined ? [] : memberOffsets(files, located),
    signal,
    archive: checks.archive,
    hidden: checks.hidden,
    report,
  });
  const result = await pass.run().finally(() => blob.destroy());
  compareTotals(input, result, located !== undefined);
  checks.finish(result);
  return {
    isEstargz: located !== undefined,
    tocEntryCount: located?.toc.entries.length ?? 0,
    chunkCount: files.reduce((sum, { chunks }) => sum + chunks.length, 0),
    entries: checks.entries,
  };
}

function memberOffsets(files: readonly TocFile[], { tocOffset, footerOffset }: LocatedToc): number[] {
  const offsets = files.flatMap(({ chunks }) => chunks.map(({ memberOffset }) => memberOffset));
  return [...new Set([...offsets, tocOffset, footerOffset])].sort((a, b) => a - b);
}

/** What the pass found against what manifest and image config say. */
function compareTotals(input: LayerInput, result: LayerPassResult, isEstargz: boolean): void {
  const { descriptor, diffId, report } = input;
  if (result.digest !== descriptor.digest) report('blob-digest', `the blob has ${result.digest}`);
  if (result.uncompressed === undefined) return;
  if (diffId !== undefined && result.uncompressed.diffId !== diffId) {
    report('diff-id', `the content has ${result.uncompressed.diffId}, the image config says ${diffId}`);
  }
  const claimedDiffId = descriptor.annotations?.[DIFF_ID_ANNOTATION];
  if (claimedDiffId !== undefined && claimedDiffId !== result.uncompressed.diffId) {
    report(
      'annotation',
      `${DIFF_ID_ANNOTATION} is ${displayText(claimedDiffId)}, not ${result.uncompressed.diffId}`,
    );
  }
  const claimedSize = descriptor.annotations?.[UNCOMPRESSED_SIZE_ANNOTATION];
  if (claimedSize === undefined && !isEstargz) return;
  if (claimedSize !== String(result.uncompressed.sizeBytes)) {
    const said = claimedSize === undefined ? 'missing' : displayText(claimedSize);
    report('annotation', `${UNCOMPRESSED_SIZE_ANNOTATION} is ${said}, not ${result.uncompressed.sizeBytes}`);
  }
}

/** BuildKit's; the same on every layer that has it. */
const DIFF_ID_ANNOTATION = 'containerd.io/uncompressed';

function displayText(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
