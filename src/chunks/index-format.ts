/*
 * The index of a layer: lines of JSON in ASCII, compressed by gzip (several members, one after the other), for zcat and jq.
 *
 *     {"version":1,"diffId":"sha256:...","strategy":"content-defined","chunkSizeBytes":65536,"filesystem":true}
 *     {"entry":{"path":"etc/passwd","kind":"file","mode":420,...},"raw":"..."}
 *     {"chunks":[["3b0c...",1024],...]}
 *     ...
 *     {"raw":"..."}
 *     {"end":{"sizeBytes":40960,"entryCount":7,"chunkCount":12}}
 *
 * The layer is what stands in `raw` (base64) and in the chunks, one after the other: `raw` are the headers and the padding of
 * the tar as they were, so that what comes out is the same to the byte. The entry says in other words what its headers say.
 * Without the end an index is damaged.
 */
import { LayahError } from '../model/errors.ts';

export interface IndexHeader {
  readonly version: 1;
  readonly diffId: string;
  readonly strategy: string;
  readonly chunkSizeBytes?: number;
  readonly filesystem: boolean;
}

/** What a tar entry is; text is UTF-8 or, where it is not, in base64 in the member with `Base64` in its name. */
export interface IndexEntry {
  readonly path?: string;
  readonly pathBase64?: string;
  readonly kind: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Of files. */
  readonly sizeBytes?: number;
  readonly link?: string;
  readonly linkBase64?: string;
  /** Of devices: major and minor number. */
  readonly device?: readonly [number, number];
  /** Values in base64. */
  readonly xattrs?: Readonly<Record<string, string>>;
}

export interface ChunkReference {
  /** SHA-256. */
  readonly hex: string;
  readonly sizeBytes: number;
}

export interface LayerTotals {
  readonly sizeBytes: number;
  readonly entryCount: number;
  readonly chunkCount: number;
}

export type IndexRecord =
  | { readonly kind: 'entry'; readonly entry: unknown; readonly raw: Buffer }
  | { readonly kind: 'raw'; readonly raw: Buffer }
  | { readonly kind: 'chunks'; readonly chunks: readonly ChunkReference[] }
  | { readonly kind: 'end'; readonly totals: LayerTotals };

/** A line has at most so many chunks: nothing is held whole. */
export const MAX_LINE_CHUNKS = 512;

/** Lines that do not begin so have no chunks. */
export const CHUNKS_LINE_START = '{"chunks":';
export const END_LINE_START = '{"end":';

export function formatChunks(chunks: readonly ChunkReference[]): string {
  return JSON.stringify({ chunks: chunks.map(({ hex, sizeBytes }) => [hex, sizeBytes]) });
}

/** @returns undefined for the first line. @throws a text that says what is wrong. */
export function parseIndexLine(line: string): IndexRecord | undefined {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value)) throw new Error('a line is no object');
  const { chunks, end, entry, raw } = value;
  if (chunks !== undefined) return { kind: 'chunks', chunks: parseChunks(chunks) };
  if (end !== undefined) return { kind: 'end', totals: parseTotals(end) };
  if (typeof raw === 'string') {
    const bytes = Buffer.from(raw, 'base64');
    return entry === undefined ? { kind: 'raw', raw: bytes } : { kind: 'entry', entry, raw: bytes };
  }
  if (value['version'] === 1) return undefined;
  throw new Error('a line is none of those that indexes have');
}

const SHA256_HEX = /^[0-9a-f]{64}$/;

export function isChunkName(text: unknown): text is string {
  return typeof text === 'string' && SHA256_HEX.test(text);
}

function parseChunks(value: unknown): ChunkReference[] {
  if (!Array.isArray(value)) throw new Error('chunks are no list');
  return value.map((item: unknown) => {
    const [hex, sizeBytes]: unknown[] = Array.isArray(item) ? item : [];
    if (isChunkName(hex) && isCount(sizeBytes)) return { hex, sizeBytes };
    throw new Error('a chunk has no digest or no size');
  });
}

function parseTotals(value: unknown): LayerTotals {
  const { sizeBytes, entryCount, chunkCount } = isRecord(value) ? value : {};
  if (isCount(sizeBytes) && isCount(entryCount) && isCount(chunkCount)) {
    return { sizeBytes, entryCount, chunkCount };
  }
  throw new Error('its end has no totals');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** @param name of the index. */
export function badIndex(name: string, cause: unknown): LayahError {
  return new LayahError({
    code: 'bad-store',
    message: `the index ${name} of the chunk store is damaged`,
    hint: 'Add the image again, which writes its indexes anew; layah chunk verify lists all that is wrong.',
    cause,
  });
}
