import { hash } from 'node:crypto';
import type { Digest } from '../model/digest.ts';
import { FOOTER_BYTES, TOC_DIGEST_ANNOTATION, TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import type { Report } from '../model/finding.ts';
import { parseFooter } from './footer.ts';
import type { RangeReader } from './blob-ends.ts';
import { problemOf, readTocJson, type TocJson, type UnreadableToc } from './read-toc.ts';
import type { TocImages } from './toc-images.ts';
import { parseToc, type ReadToc } from './toc.ts';

export interface LocatedToc {
  readonly kind: 'located';
  readonly toc: ReadToc;
  /** Of its member; an external TOC has none in the blob, where nothing but the footer follows the content. */
  readonly tocOffset: number;
  readonly footerOffset: number;
  readonly isExternal: boolean;
}

/** eStargz whose TOC cannot be used. */
export interface BrokenEstargz {
  readonly kind: 'broken';
  /** Where the footer says that the TOC is; undefined when it is the footer that is wrong. */
  readonly tocOffset: number | undefined;
  /** What is wrong with the footer, unless the member at that offset turns out to be damaged. */
  readonly suspicion?: string;
}

/** What the end of a gzip layer says it is. */
export type EstargzState = { readonly kind: 'none' } | BrokenEstargz | LocatedToc;

export interface TocLocation {
  readonly store: RangeReader;
  readonly digest: Digest;
  /** Bytes of the blob in the store. */
  readonly sizeBytes: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tocImages: TocImages;
}

const WRONG_FOOTER: BrokenEstargz = { kind: 'broken', tocOffset: undefined };

/** Follows the footer to the TOC and reads it, with everything that can be checked before the content is known. */
export async function locateToc(blob: TocLocation, report: Report): Promise<EstargzState> {
  const endStart = Math.max(0, blob.sizeBytes - FOOTER_BYTES);
  const footer = parseFooter(await blob.store.readRange(blob.digest, endStart, FOOTER_BYTES));
  if (footer?.kind === 'estargz') {
    const place = { tocOffset: footer.tocOffset, footerOffset: blob.sizeBytes - footer.sizeBytes };
    return readTocMember(blob, place, report);
  }
  if (footer?.kind === 'external-toc') {
    return readExternalToc(blob, blob.sizeBytes - footer.sizeBytes, report);
  }
  if (footer === undefined && blob.annotations[TOC_DIGEST_ANNOTATION] === undefined) return { kind: 'none' };
  report('footer', WRONG_FOOTERS[footer?.kind ?? 'none']);
  return WRONG_FOOTER;
}

const WRONG_FOOTERS = {
  none: 'the layer is annotated as eStargz, but does not end in an eStargz footer',
  'legacy-stargz': 'the layer ends in the 47-byte footer of stargz, which has no chunk digests: convert it',
} as const;

interface TocPlace {
  readonly tocOffset: number;
  readonly footerOffset: number;
}

/** It inflates to several times as much; see `readTocJson` for how much that may be. */
const MAX_COMPRESSED_TOC_BYTES = 32 << 20;
const GZIP_MAGIC = Buffer.from('1f8b08', 'hex');

async function readTocMember(blob: TocLocation, place: TocPlace, report: Report): Promise<EstargzState> {
  const { tocOffset, footerOffset } = place;
  const spanBytes = footerOffset - tocOffset;
  const said = `the footer says that the TOC is at offset ${tocOffset}`;
  if (spanBytes <= 0) {
    report('footer', `${said}, which is not before the footer`);
    return WRONG_FOOTER;
  }
  if (spanBytes > MAX_COMPRESSED_TOC_BYTES) {
    report('footer', `${said}: ${spanBytes} bytes are too many for it`);
    return WRONG_FOOTER;
  }
  const compressed = await blob.store.readRange(blob.digest, tocOffset, spanBytes);
  if (!compressed.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    return { kind: 'broken', tocOffset, suspicion: `${said}, where no gzip member begins` };
  }
  const read = await readTocJson(compressed);
  if ('problem' in read) return unreadableToc(read, tocOffset, report);
  const digest = `sha256:${hash('sha256', read.json, 'hex')}`;
  if (read.trailerProblem !== undefined && digest !== blob.annotations[TOC_DIGEST_ANNOTATION]) {
    return unreadableToc({ problem: read.trailerProblem, isNoToc: false }, tocOffset, report);
  }
  reportExcess(read, tocOffset, report);
  return locatedToc({ blob, digest, json: read.json }, { ...place, isExternal: false }, report);
}

/** The TOC stands alone in a blob of another image. */
async function readExternalToc(
  blob: TocLocation,
  footerOffset: number,
  report: Report,
): Promise<EstargzState> {
  const { store, tocImages } = blob;
  const broken: BrokenEstargz = { kind: 'broken', tocOffset: footerOffset };
  const descriptor = await tocImages.find(blob.digest);
  for (const problem of tocImages.problems) report('toc-image', problem);
  const sizeBytes = descriptor && (await store.size(descriptor.digest));
  if (descriptor === undefined || sizeBytes === undefined) {
    report('toc-image', descriptor ? `its TOC ${descriptor.digest} is not there` : NO_TOC_IMAGE);
    return broken;
  }
  const name = `the TOC ${descriptor.digest}`;
  if (sizeBytes !== descriptor.size) {
    report(
      'blob-size',
      `${name} has ${sizeBytes} bytes, the manifest of the TOC image says ${descriptor.size}`,
    );
  }
  const compressed = await store.readRange(
    descriptor.digest,
    0,
    Math.min(sizeBytes, MAX_COMPRESSED_TOC_BYTES),
  );
  const blobDigest = `sha256:${hash('sha256', compressed, 'hex')}`;
  if (blobDigest !== descriptor.digest) report('toc-image', `${name} has ${blobDigest}`);
  const read = await readTocJson(compressed);
  if ('problem' in read) {
    report('toc', `${name} cannot be read: ${read.problem}`);
    return broken;
  }
  if (read.trailerProblem !== undefined) report('toc', `${name}: ${read.trailerProblem}`);
  if (read.hasMore || read.leftBytes > 0) report('toc', `${name} holds more than the TOC`);
  const digest = `sha256:${hash('sha256', read.json, 'hex')}`;
  const place = { tocOffset: footerOffset, footerOffset, isExternal: true };
  return locatedToc({ blob, digest, json: read.json }, place, report);
}

const NO_TOC_IMAGE = `its TOC is in another image, and no image that belongs to this one has it (NAME${TOC_IMAGE_SUFFIX}, or by its subject)`;

interface FoundToc {
  readonly blob: TocLocation;
  readonly digest: string;
  readonly json: Buffer;
}

function locatedToc(
  { blob, digest, json }: FoundToc,
  place: Pick<LocatedToc, 'tocOffset' | 'footerOffset' | 'isExternal'>,
  report: Report,
): EstargzState {
  checkTocDigest(blob, digest, report);
  try {
    return { kind: 'located', toc: parseToc(json, 'the TOC'), ...place };
  } catch (thrown) {
    report('toc', problemOf(thrown));
    return { kind: 'broken', tocOffset: place.tocOffset };
  }
}

function unreadableToc(read: UnreadableToc, tocOffset: number, report: Report): BrokenEstargz {
  if (read.isNoToc) {
    report('footer', `the footer says that the TOC is at offset ${tocOffset}, but ${read.problem}`);
    return WRONG_FOOTER;
  }
  report('toc', `the TOC at offset ${tocOffset} cannot be read: ${read.problem}`);
  return { kind: 'broken', tocOffset };
}

function reportExcess({ hasMore, leftBytes }: TocJson, tocOffset: number, report: Report): void {
  if (hasMore) report('toc', `the member at offset ${tocOffset} holds more than the TOC`);
  if (leftBytes > 0) report('toc', `${leftBytes} bytes stand between the TOC's member and the footer`);
}

function checkTocDigest(blob: TocLocation, digest: string, report: Report): void {
  const claimed = blob.annotations[TOC_DIGEST_ANNOTATION];
  if (claimed === undefined) {
    report('annotation', `${TOC_DIGEST_ANNOTATION} is missing: no client would pull the layer lazily`);
  } else if (claimed !== digest) {
    report('toc-digest', `the TOC has ${digest}, the annotation says ${claimed}`);
  }
}
