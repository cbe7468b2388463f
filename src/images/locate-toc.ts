import { hash } from 'node:crypto';
import type { Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { FOOTER_BYTES, TOC_DIGEST_ANNOTATION, TOC_TAR_NAME } from '../model/estargz.ts';
import { createBlobCursor } from './blob-cursor.ts';
import type { Report } from '../model/finding.ts';
import { parseFooter } from './footer.ts';
import { createMemberReader } from './gzip-members.ts';
import type { ImageStore } from './image-store.ts';
import type { TarHeader } from './tar-header.ts';
import { createTarReader } from './tar-reader.ts';
import { parseToc, type ReadToc } from './toc.ts';

export interface LocatedToc {
  readonly toc: ReadToc;
  readonly tocOffset: number;
  readonly footerOffset: number;
}

export interface TocLocation {
  readonly store: ImageStore;
  readonly digest: Digest;
  /** Bytes of the blob in the store. */
  readonly sizeBytes: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What the end of a gzip layer says it is; `broken` is eStargz whose TOC cannot be used. */
export type EstargzState = 'none' | 'broken' | LocatedToc;

/** Follows the footer to the TOC and reads it, with everything that can be checked before the content is known. */
export async function locateToc(blob: TocLocation, report: Report): Promise<EstargzState> {
  const endStart = Math.max(0, blob.sizeBytes - FOOTER_BYTES);
  const footer = parseFooter(await blob.store.readRange(blob.digest, endStart, FOOTER_BYTES));
  if (footer?.kind === 'estargz') {
    const place = { tocOffset: footer.tocOffset, footerOffset: blob.sizeBytes - footer.sizeBytes };
    return readTocMember(blob, place, report);
  }
  if (footer === undefined && blob.annotations[TOC_DIGEST_ANNOTATION] === undefined) return 'none';
  report('footer', WRONG_FOOTERS[footer?.kind ?? 'none']);
  return 'broken';
}

const WRONG_FOOTERS = {
  none: 'the layer is annotated as eStargz, but does not end in an eStargz footer',
  'legacy-stargz': 'the layer ends in the 47-byte footer of stargz, which has no chunk digests: convert it',
  'external-toc': 'the layer ends in the 46-byte footer of an external TOC, which is not supported',
} as const;

interface TocPlace {
  readonly tocOffset: number;
  readonly footerOffset: number;
}

/** containers/storage reads no larger TOC (pkg/chunked). */
const MAX_COMPRESSED_TOC_BYTES = 150 << 20;

async function readTocMember(blob: TocLocation, place: TocPlace, report: Report): Promise<EstargzState> {
  const { tocOffset, footerOffset } = place;
  const spanBytes = footerOffset - tocOffset;
  if (spanBytes <= 0) {
    report(
      'footer',
      `the footer says that the TOC is at offset ${tocOffset}, which is not before the footer`,
    );
    return 'broken';
  }
  if (spanBytes > MAX_COMPRESSED_TOC_BYTES) {
    report(
      'footer',
      `the footer says that the TOC is at offset ${tocOffset}: ${spanBytes} bytes are too many for it`,
    );
    return 'broken';
  }
  const compressed = await blob.store.readRange(blob.digest, tocOffset, spanBytes);
  if (compressed[0] !== 0x1f || compressed[1] !== 0x8b) {
    report('footer', `the footer says that the TOC is at offset ${tocOffset}, where no gzip member begins`);
    return 'broken';
  }
  const json = await readTocJson(compressed, place, report);
  if (json === undefined) return 'broken';
  checkTocDigest(blob, json, report);
  try {
    return { toc: parseToc(json, 'the TOC'), tocOffset, footerOffset };
  } catch (thrown) {
    report('toc', problemOf(thrown));
    return 'broken';
  }
}

function checkTocDigest(blob: TocLocation, json: Buffer, report: Report): void {
  const digest = `sha256:${hash('sha256', json, 'hex')}`;
  const claimed = blob.annotations[TOC_DIGEST_ANNOTATION];
  if (claimed === undefined) {
    report('annotation', `${TOC_DIGEST_ANNOTATION} is missing: no client would pull the layer lazily`);
  } else if (claimed !== digest) {
    report('toc-digest', `the TOC has ${digest}, the annotation says ${claimed}`);
  }
}

/** The JSON of the tar entry at the TOC's offset. */
async function readTocJson(compressed: Buffer, place: TocPlace, report: Report): Promise<Buffer | undefined> {
  const gathered: GatheredToc = { entryCount: 0, json: [], bytes: 0 };
  try {
    const cursor = createBlobCursor(oneChunk(compressed));
    const tar = createTarReader(tocHandler(gathered));
    await createMemberReader(cursor, (chunk) => tar.push(chunk)).next(compressed.length);
    const { trailingBytes } = tar.finish();
    if (gathered.entryCount === 0) throw notToc();
    if (gathered.entryCount > 1 || trailingBytes > 0) {
      report('toc', `the member at offset ${place.tocOffset} holds more than the TOC`);
    }
    const leftBytes = compressed.length - cursor.position;
    if (leftBytes > 0) report('toc', `${leftBytes} bytes stand between the TOC's member and the footer`);
  } catch (thrown) {
    report('toc', `the TOC at offset ${place.tocOffset} cannot be read: ${problemOf(thrown)}`);
    return undefined;
  }
  return Buffer.concat(gathered.json);
}

async function* oneChunk(chunk: Buffer): AsyncGenerator<Buffer> {
  yield chunk;
}

interface GatheredToc {
  entryCount: number;
  readonly json: Buffer[];
  bytes: number;
}

/** More than Node can make a string of. */
const MAX_TOC_BYTES = 256 << 20;

function tocHandler(gathered: GatheredToc) {
  return {
    entry(header: TarHeader): void {
      const isToc = header.name === TOC_TAR_NAME && header.kind === 'file';
      if (gathered.entryCount++ === 0 && !isToc) throw notToc();
    },
    content(chunk: Buffer): void {
      if (gathered.entryCount > 1) return;
      gathered.bytes += chunk.length;
      if (gathered.bytes > MAX_TOC_BYTES) {
        throw new LayahError({ code: 'bad-image', message: `it is larger than ${MAX_TOC_BYTES} bytes` });
      }
      gathered.json.push(chunk);
    },
  };
}

function notToc(): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `its member does not begin with the tar entry ${TOC_TAR_NAME}`,
  });
}

/** @throws what is no finding about the image. */
export function problemOf(thrown: unknown): string {
  if (thrown instanceof LayahError && thrown.code === 'bad-image') return thrown.message;
  throw thrown;
}
