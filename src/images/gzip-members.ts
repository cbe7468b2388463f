/*
 * Inflates a blob member by member and says where each one really ends. Node's own gunzip cannot: it runs members
 * together and silently ignores what follows the last one.
 */
import { crc32, createInflateRaw, inflateRawSync, type InflateRaw } from 'node:zlib';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import type { BlobCursor } from './blob-cursor.ts';
import { GzipError } from './gzip-error.ts';
import { type GzipHeaderTally, skipGzipHeader } from './gzip-header.ts';

export interface InflatedMember {
  /** Offset in the blob. */
  readonly offset: number;
  readonly uncompressedBytes: number;
}

export interface MemberReader {
  /**
   * Inflates the member at the cursor and leaves the cursor right behind it.
   * @param expectedEnd where the member is said to end, if that is known: what is small enough then goes faster.
   * @returns undefined at the end of the blob.
   * @throws GzipError naming the offset.
   */
  next(expectedEnd?: number): Promise<InflatedMember | undefined>;
}

/**
 * @param onOutput gets the uncompressed bytes, in order.
 * @param headers notes the header of every member.
 */
export function createMemberReader(
  cursor: BlobCursor,
  onOutput: (chunk: Buffer) => void,
  headers?: GzipHeaderTally,
): MemberReader {
  let wrongEnds = 0;
  return {
    async next(expectedEnd) {
      const offset = cursor.position;
      const first = await cursor.read(1);
      if (first === undefined) return undefined;
      cursor.unread(first);
      const { problem, hasFlags } = await skipGzipHeader(cursor, headers);
      if (problem !== undefined) throw new GzipError({ part: 'header', offset, what: problem });
      const totals: Totals = { offset, hasFlags, crc: 0, uncompressedBytes: 0, onOutput };
      // Wrong ends make us read far ahead for nothing; a lying TOC must not make that our habit.
      const hint = wrongEnds < MAX_WRONG_ENDS ? expectedEnd : undefined;
      if (!(await inflateAtOnce(cursor, totals, hint))) await inflateStreaming(cursor, totals);
      const fault = trailerFault(await cursor.take(TRAILER_BYTES), totals);
      if (hint !== undefined && cursor.position !== hint) wrongEnds++;
      if (fault !== undefined) throw new GzipError({ ...fault, offset });
      return { offset, uncompressedBytes: totals.uncompressedBytes };
    },
  };
}

const MAX_WRONG_ENDS = 1000;

interface Totals {
  /** Of the member. */
  readonly offset: number;
  /** Of its header: one that was not meant has eaten part of the data. */
  readonly hasFlags: boolean;
  crc: number;
  uncompressedBytes: number;
  readonly onOutput: (chunk: Buffer) => void;
}

function emit(totals: Totals, chunk: Buffer): void {
  if (chunk.length === 0) return;
  totals.crc = crc32(chunk, totals.crc);
  totals.uncompressedBytes += chunk.length;
  totals.onOutput(chunk);
}

const TINY_BYTES = 4096;
const MAX_AT_ONCE_BYTES = 8 << 20;
const MAX_AT_ONCE_OUTPUT_BYTES = 64 << 20;
const OUTPUT_PIECE_BYTES = 64 << 10;
const TRAILER_BYTES = 8;

/** @returns whether it could: otherwise nothing was emitted and the cursor is where it was. */
async function inflateAtOnce(
  cursor: BlobCursor,
  totals: Totals,
  expectedEnd: number | undefined,
): Promise<boolean> {
  // Without a hint: a blob may consist of millions of tiny members.
  const sizeBytes = expectedEnd === undefined ? TINY_BYTES : expectedEnd - TRAILER_BYTES - cursor.position;
  if (sizeBytes <= 0 || sizeBytes > MAX_AT_ONCE_BYTES) return false;
  const compressed = await cursor.take(sizeBytes);
  const inflated = tryInflate(compressed, totals);
  cursor.unread(compressed.subarray(inflated?.usedBytes ?? 0));
  if (inflated === undefined) return false;
  emit(totals, inflated.output);
  return true;
}

/** @returns undefined when the member is not all there, or its output is too large for one piece. */
function tryInflate(compressed: Buffer, totals: Totals): InflatedBuffer | undefined {
  try {
    return inflateBuffer(compressed);
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'Z_BUF_ERROR' || code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw inflateError(totals, thrown);
  }
}

interface InflatedBuffer {
  readonly output: Buffer;
  readonly usedBytes: number;
}

function inflateBuffer(compressed: Buffer): InflatedBuffer {
  // With `info` the result is not the Buffer that the types promise.
  const result: unknown = inflateRawSync(compressed, {
    info: true,
    maxOutputLength: MAX_AT_ONCE_OUTPUT_BYTES,
    chunkSize: OUTPUT_PIECE_BYTES,
  });
  if (
    typeof result === 'object' &&
    result !== null &&
    'buffer' in result &&
    Buffer.isBuffer(result.buffer) &&
    'engine' in result &&
    typeof result.engine === 'object' &&
    result.engine !== null &&
    'bytesWritten' in result.engine &&
    typeof result.engine.bytesWritten === 'number'
  ) {
    return { output: result.buffer, usedBytes: result.engine.bytesWritten };
  }
  throw new LayahError({ code: 'internal', message: 'node:zlib gave no byte count' });
}

/** Deflate's best ratio is about 1:1032, so one slice makes at most 17 MB of output. */
const INPUT_SLICE_BYTES = 16 << 10;

async function inflateStreaming(cursor: BlobCursor, totals: Totals): Promise<void> {
  const engine = createInflateRaw({ chunkSize: OUTPUT_PIECE_BYTES });
  const outputs: Buffer[] = [];
  // A listener, not a pipeline: only slice by slice does the engine tell where the member ended.
  engine.on('data', (chunk: Buffer) => outputs.push(chunk));
  try {
    for (;;) {
      const slice = await cursor.read(INPUT_SLICE_BYTES);
      if (slice === undefined) throw dataError(totals, 'it is cut off');
      const usedBefore = engine.bytesWritten;
      await writeSlice(engine, slice);
      for (const output of outputs.splice(0)) emit(totals, output);
      const usedBytes = engine.bytesWritten - usedBefore;
      if (usedBytes < slice.length) {
        cursor.unread(slice.subarray(usedBytes));
        return;
      }
    }
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : inflateError(totals, thrown);
  } finally {
    engine.destroy();
  }
}

async function writeSlice(engine: InflateRaw, slice: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    engine.once('error', reject);
    engine.write(slice, (error) => {
      engine.off('error', reject);
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

function trailerFault(
  trailer: Buffer,
  totals: Totals,
): (Pick<GzipError, 'part'> & { what: string }) | undefined {
  if (trailer.length < TRAILER_BYTES) return { part: 'trailer', what: 'it is cut off' };
  const hasRightCrc = trailer.readUInt32LE(0) === totals.crc;
  // The field holds the size modulo 2^32.
  const hasRightSize = trailer.readUInt32LE(4) === totals.uncompressedBytes % 2 ** 32;
  if (hasRightCrc && hasRightSize) return undefined;
  if (hasRightCrc) return { part: 'trailer', what: 'its size field does not match its content' };
  if (hasRightSize) return { part: 'trailer', what: 'its CRC-32 does not match its content' };
  return { part: 'data', what: 'neither its CRC-32 nor its size field match its content' };
}

function inflateError(totals: Totals, cause: unknown): GzipError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return dataError(totals, `it does not inflate: ${reason}`, cause);
}

function dataError({ offset, hasFlags }: Totals, what: string, cause?: unknown): GzipError {
  return new GzipError({ part: hasFlags ? 'header' : 'data', offset, what, cause });
}
