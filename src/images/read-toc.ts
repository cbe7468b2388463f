/*
 * Reads the gzip member that holds a TOC: a tar whose only entry is stargz.index.json.
 */
import { type ErrorCode, LayahError } from '../model/errors.ts';
import { TOC_TAR_NAME } from '../model/estargz.ts';
import { createBlobCursor } from './blob-cursor.ts';
import { GzipError } from './gzip-error.ts';
import { createMemberReader } from './gzip-members.ts';
import type { TarHeader } from './tar-header.ts';
import { createTarReader } from './tar-reader.ts';

export interface TocJson {
  readonly json: Buffer;
  /** Set when the member's checksum does not match: then the JSON is only right when it has the right digest. */
  readonly trailerProblem: string | undefined;
  /** Entries or bytes after the TOC. */
  readonly hasMore: boolean;
  /** Bytes after the member. */
  readonly leftBytes: number;
}

export interface UnreadableToc {
  readonly problem: string;
  /** It is something else than a TOC. */
  readonly isNoToc: boolean;
}

/** A larger one is an attack on our memory: this is that of 200,000 files in one layer. */
const MAX_TOC_BYTES = 64 << 20;
/** What may stand in the member besides it: headers and padding. */
const MAX_OTHER_BYTES = 1 << 20;

export async function readTocJson(compressed: Buffer): Promise<TocJson | UnreadableToc> {
  const gathered: GatheredToc = { entryCount: 0, json: [], jsonBytes: 0, bytes: 0 };
  const cursor = createBlobCursor(oneChunk(compressed));
  const tar = createTarReader(tocHandler(gathered));
  try {
    const trailerProblem = await readMember(() =>
      createMemberReader(cursor, (chunk) => {
        gathered.bytes += chunk.length;
        if (gathered.bytes > MAX_TOC_BYTES + MAX_OTHER_BYTES) throw tooLarge();
        tar.push(chunk);
      }).next(compressed.length),
    );
    const { trailingBytes } = tar.finish();
    if (gathered.entryCount === 0) return NO_TOC;
    return {
      json: Buffer.concat(gathered.json),
      trailerProblem,
      hasMore: gathered.entryCount > 1 || trailingBytes > 0,
      leftBytes: compressed.length - cursor.position,
    };
  } catch (thrown) {
    return thrown === OTHER_ENTRY ? NO_TOC : { problem: problemOf(thrown), isNoToc: false };
  }
}

/** @returns what is wrong with its trailer. @throws what is wrong with the rest. */
async function readMember(next: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await next();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GzipError && thrown.part === 'trailer') return thrown.message;
    throw thrown;
  }
}

async function* oneChunk(chunk: Buffer): AsyncGenerator<Buffer> {
  yield chunk;
}

interface GatheredToc {
  entryCount: number;
  readonly json: Buffer[];
  jsonBytes: number;
  /** Of the whole member. */
  bytes: number;
}

function tocHandler(gathered: GatheredToc) {
  return {
    entry(header: TarHeader): void {
      const isToc = header.name === TOC_TAR_NAME && header.kind === 'file';
      if (gathered.entryCount++ === 0 && !isToc) throw OTHER_ENTRY;
    },
    content(chunk: Buffer): void {
      if (gathered.entryCount > 1) return;
      gathered.jsonBytes += chunk.length;
      if (gathered.jsonBytes > MAX_TOC_BYTES) throw tooLarge();
      gathered.json.push(chunk);
    },
  };
}

const NO_TOC: UnreadableToc = {
  problem: `its member does not begin with the tar entry ${TOC_TAR_NAME}`,
  isNoToc: true,
};
const OTHER_ENTRY = new LayahError({ code: 'bad-image', message: NO_TOC.problem });

function tooLarge(): LayahError {
  return new LayahError({ code: 'bad-image', message: `it is larger than ${MAX_TOC_BYTES} bytes` });
}

const FINDING_CODES: ReadonlySet<ErrorCode> = new Set(['bad-image', 'unsupported-entry']);

/** @throws what is no finding about the image. */
export function problemOf(thrown: unknown): string {
  const isFinding = thrown instanceof LayahError && FINDING_CODES.has(thrown.code);
  if (isFinding) return thrown.message;
  throw thrown;
}
