/*
 * Verifies one layer: takes its blob and what manifest and image config say of it, reports every contradiction, and
 * gives the entries that an unpacked layer consists of.
 */
import type { DiffId } from '../model/digest.ts';
import { unreachable } from '../model/errors.ts';
import { FOOTER_BYTES, TOC_DIGEST_ANNOTATION } from '../model/estargz.ts';
import type { Report } from '../model/finding.ts';
import { displayBytes } from '../model/rootfs-path.ts';
import { TAR_BLOCK_BYTES } from '../model/tar-format.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { countBytes } from './checked-blob.ts';
import { createEstargzChecks, createPlainChecks } from './layer-checks.ts';
import { compressionOfContent, compressionOfMediaType } from './layer-content.ts';
import type { LayerTarEntry } from './layer-entries.ts';
import { compareTotals, countReports, type ReportCounter } from './layer-totals.ts';
import { type EstargzState, type LocatedToc, locateToc } from './locate-toc.ts';
import { createMemberWatch, type MemberRole, rolesByToc } from './member-watch.ts';
import type { ReadBudget } from './read-budget.ts';
import { createLayerPass, type LayerPass } from './read-layer.ts';
import type { TocImages } from './toc-images.ts';
import { type TocFile, tocFiles } from './toc-files.ts';

export interface LayerInput {
  readonly store: ImageStore;
  readonly descriptor: ReadDescriptor;
  /** Undefined when the image config names none for this layer. */
  readonly diffId: DiffId | undefined;
  readonly tocImages: TocImages;
  readonly budget: ReadBudget;
  readonly signal: AbortSignal;
  readonly report: Report;
  /** How many more bytes of the blob were read. */
  readonly onBytes?: (count: number) => void;
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
    report('missing-blob', 'the blob is not in the image');
    return NOTHING;
  }
  if (sizeBytes !== descriptor.size) {
    report('blob-size', `the blob has ${sizeBytes} bytes, the manifest says ${descriptor.size}`);
  }
  const promised = compressionOfMediaType(descriptor.mediaType);
  const start = await store.readRange(descriptor.digest, 0, TAR_BLOCK_BYTES);
  const content = compressionOfContent(start, promised);
  checkMediaType(descriptor.mediaType, content, report);
  if (content === 'zstd') {
    const what = 'the layer is compressed with zstd, which is not supported: its content was not verified';
    report('media-type', what);
    return NOTHING;
  }
  const annotations = descriptor.annotations ?? {};
  const blob = { store, digest: descriptor.digest, sizeBytes, annotations, tocImages: input.tocImages };
  if (content !== 'gzip' && annotations[TOC_DIGEST_ANNOTATION] !== undefined) {
    report('footer', 'the layer is annotated as eStargz, but is not gzip');
  }
  const counter = countReports(report);
  const estargz = content === 'gzip' ? await locateToc(blob, counter.report) : NO_ESTARGZ;
  return readContent({ ...input, ...counter, sizeBytes }, content, estargz);
}

const NOTHING: VerifiedLayer = { isEstargz: false, tocEntryCount: 0, chunkCount: 0, entries: [] };

const NO_ESTARGZ: EstargzState = { kind: 'none' };

function checkMediaType(mediaType: string, content: string, report: Report): void {
  const promised = compressionOfMediaType(mediaType);
  if (promised === undefined) {
    report('media-type', `${displayBytes(mediaType)} is not the media type of a layer`);
  } else if (promised !== content) {
    const what = `the media type ${mediaType} promises compression ${promised}, the blob has ${content}`;
    report('media-type', what);
  }
}

interface LayerContentInput extends LayerInput, ReportCounter {
  /** Of the blob in the store. */
  readonly sizeBytes: number;
}

async function readContent(
  input: LayerContentInput,
  compression: 'gzip' | 'none',
  estargz: EstargzState,
): Promise<VerifiedLayer> {
  const { store, descriptor, signal, budget, onBytes = () => {} } = input;
  const { report } = input;
  const located = estargz.kind === 'located' ? estargz : undefined;
  const files = located === undefined ? [] : tocFiles(located.toc, located.tocOffset, report);
  const watch = createMemberWatch({
    report,
    roleOf: rolesOf(estargz, files, input.sizeBytes),
    chunks: () => checks.chunks(),
  });
  const current = { currentMember: () => pass.currentMember(), report: watch.report };
  const checks =
    located === undefined
      ? createPlainChecks(watch.report, budget)
      : createEstargzChecks({ files, isExternal: located.isExternal, ...current }, budget);
  const blob = await store.readBlob(descriptor.digest);
  const pass: LayerPass = createLayerPass({
    blob: countBytes(blob, onBytes),
    compression,
    memberOffsets: located === undefined ? [] : memberOffsets(files, located),
    signal,
    archive: checks.archive,
    hidden: checks.hidden,
    watch,
    budget,
  });
  const result = await pass.run().finally(() => blob.destroy());
  checks.finish(result);
  if (estargz.kind === 'broken' && estargz.suspicion !== undefined && !watch.failedAt(estargz.tocOffset)) {
    report('footer', estargz.suspicion);
  }
  compareTotals(input, result, located !== undefined);
  return { ...summarize(located, files), entries: checks.entries };
}

function summarize(
  located: LocatedToc | undefined,
  files: readonly TocFile[],
): Omit<VerifiedLayer, 'entries'> {
  return {
    isEstargz: located !== undefined,
    tocEntryCount: located?.toc.entries.length ?? 0,
    chunkCount: files.reduce((sum, { chunks }) => sum + chunks.length, 0),
  };
}

/** What each member of the layer holds, or that what is wrong there has been reported. */
function rolesOf(
  estargz: EstargzState,
  files: readonly TocFile[],
  sizeBytes: number,
): (memberOffset: number) => MemberRole {
  switch (estargz.kind) {
    case 'located':
      return rolesByToc(files, estargz.tocOffset);
    case 'none':
      return () => ({ kind: 'unknown' });
    case 'broken': {
      const { tocOffset, suspicion } = estargz;
      const isReported = (offset: number) =>
        tocOffset === undefined
          ? offset >= sizeBytes - FOOTER_BYTES
          : offset === tocOffset && suspicion === undefined;
      return (offset) => ({ kind: isReported(offset) ? 'reported' : 'unknown' });
    }
  }
  return unreachable(estargz);
}

function memberOffsets(files: readonly TocFile[], { tocOffset, footerOffset }: LocatedToc): number[] {
  const offsets = files.flatMap(({ chunks }) => chunks.map(({ memberOffset }) => memberOffset));
  return [...new Set([...offsets, tocOffset, footerOffset])].sort((a, b) => a - b);
}
