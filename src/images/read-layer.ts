/*
 * One pass over a layer: the blob's digest, every gzip member on its own, the diff ID, the tar inside.
 */
import { createHash } from 'node:crypto';
import { type DiffId, parseDiffId } from '../model/digest.ts';
import { type BlobCursor, type BlobSummary, createBlobCursor } from './blob-cursor.ts';
import { GzipError } from './gzip-error.ts';
import { createGzipHeaderTally, type GzipHeaderTally } from './gzip-header.ts';
import { createMemberReader } from './gzip-members.ts';
import type { LayerLayout } from './landmark-check.ts';
import { LimitError, type ReadBudget } from './read-budget.ts';
import { problemOf } from './read-toc.ts';
import type { MemberWatch } from './member-watch.ts';
import { createTarReader, type TarHandler, type TarReader, type TarSummary } from './tar-reader.ts';
import type { CurrentMember } from './toc-check.ts';

export interface LayerPassInput {
  readonly blob: AsyncIterable<Buffer>;
  readonly compression: 'gzip' | 'none';
  /** Where members are said to begin, ascending; only a hint. */
  readonly memberOffsets: readonly number[];
  readonly signal: AbortSignal;
  /** Gets the entries that a plain tar reader sees. */
  readonly archive: TarHandler;
  /** Gets the entries after the end-of-archive blocks; undefined when these bytes mean nothing. */
  readonly hidden: TarHandler | undefined;
  readonly watch: MemberWatch;
  readonly budget: ReadBudget;
}

export interface LayerPass {
  readonly currentMember: () => CurrentMember;
  run(): Promise<LayerPassResult>;
}

export interface LayerPassResult extends BlobSummary {
  /** Undefined when the blob does not inflate. */
  readonly uncompressed: { readonly diffId: DiffId; readonly sizeBytes: number } | undefined;
  /** Undefined when the tar is broken. */
  readonly archive: TarSummary | undefined;
  readonly hiddenFrom: LayerLayout['hiddenFrom'];
  readonly headers: GzipHeaderTally;
}

/** What is wrong with members and tar goes to `input.watch`; the rest is for the caller to compare. */
export function createLayerPass(input: LayerPassInput): LayerPass {
  const state: PassState = { offset: 0, streamStart: 0, uncompressedBytes: 0 };
  return {
    currentMember: () => state,
    run: () => runPass(input, state),
  };
}

interface PassState {
  offset: number;
  streamStart: number;
  uncompressedBytes: number;
}

const READ_BYTES = 1 << 20;

async function runPass(input: LayerPassInput, state: PassState): Promise<LayerPassResult> {
  const cursor = createBlobCursor(input.blob);
  const tar = createLayerTar(input);
  const diffHash = createHash('sha256');
  const onOutput = (chunk: Buffer) => {
    if (input.compression === 'gzip') input.budget.countInflated(chunk.length);
    diffHash.update(chunk);
    tar.push(chunk);
    state.uncompressedBytes += chunk.length;
  };
  const headers = createGzipHeaderTally();
  const inflates = await readContent(cursor, { input, state, headers, onOutput });
  const ends = inflates ? tar.finish() : { archive: undefined, hiddenFrom: undefined };
  const sizeBytes = state.uncompressedBytes;
  return {
    ...(await cursor.drain()),
    uncompressed: inflates
      ? { diffId: parseDiffId(`sha256:${diffHash.digest('hex')}`), sizeBytes }
      : undefined,
    ...ends,
    headers,
  };
}

interface MemberPass {
  readonly input: LayerPassInput;
  readonly state: PassState;
  readonly headers: GzipHeaderTally;
  readonly onOutput: (chunk: Buffer) => void;
}

/** @returns whether all of it could be read. */
async function readContent(cursor: BlobCursor, pass: MemberPass): Promise<boolean> {
  const { input, onOutput } = pass;
  try {
    if (input.compression === 'gzip') return await readMembers(cursor, pass);
    await readPlain(cursor, input.signal, onOutput);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof LimitError)) throw thrown;
    input.watch.end();
    input.watch.report('limit', thrown.message);
    return false;
  }
}

/** @returns whether there was nothing that could not be read over. */
async function readMembers(cursor: BlobCursor, pass: MemberPass): Promise<boolean> {
  const { input, state, headers, onOutput } = pass;
  const members = createMemberReader(cursor, onOutput, headers);
  let nextOffset = 0;
  for (;;) {
    input.signal.throwIfAborted();
    state.offset = cursor.position;
    state.streamStart = state.uncompressedBytes;
    while ((input.memberOffsets[nextOffset] ?? Infinity) <= cursor.position) nextOffset++;
    input.budget.countMember();
    input.watch.begin();
    try {
      const member = await members.next(input.memberOffsets[nextOffset]);
      input.watch.end();
      if (member === undefined) return true;
    } catch (thrown) {
      if (!(thrown instanceof GzipError)) throw thrown;
      const isInPlace = thrown.part === 'trailer' && (await isMemberEnd(cursor));
      input.watch.fail(thrown, isInPlace);
      if (!isInPlace) return false;
    }
  }
}

const GZIP_MAGIC = Buffer.from('1f8b08', 'hex');

/** Whether another member begins here or the blob ends: then it is a damaged trailer that has been read. */
async function isMemberEnd(cursor: BlobCursor): Promise<boolean> {
  const start = await cursor.take(GZIP_MAGIC.length);
  cursor.unread(start);
  return start.length === 0 || start.equals(GZIP_MAGIC);
}

async function readPlain(
  cursor: BlobCursor,
  signal: AbortSignal,
  onOutput: (chunk: Buffer) => void,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const chunk = await cursor.read(READ_BYTES);
    if (chunk === undefined) return;
    onOutput(chunk);
  }
}

interface LayerTar {
  push(chunk: Buffer): void;
  finish(): Pick<LayerPassResult, 'archive' | 'hiddenFrom'>;
}

/** The archive that every reader sees, and a second one behind its end. The first error ends the reading of both. */
function createLayerTar({ archive, hidden, watch }: LayerPassInput): LayerTar {
  let broken = false;
  let hiddenReader: TarReader | undefined;
  let hiddenFrom: number | undefined;
  const attempt = <Result>(action: () => Result): Result | undefined => {
    if (broken) return undefined;
    try {
      return action();
    } catch (thrown) {
      if (thrown instanceof LimitError) throw thrown;
      broken = true;
      watch.report('tar', problemOf(thrown));
      return undefined;
    }
  };
  const padding: TarHandler['padding'] = (chunk, position) => watch.padding(chunk, position);
  const reader = createTarReader({
    ...archive,
    padding,
    trailing(chunk, position) {
      hiddenFrom ??= position;
      if (hidden === undefined) return;
      hiddenReader ??= createTarReader(
        { ...hidden, padding, trailing: padding },
        { startPosition: position, skipLeadingZeroBlocks: true },
      );
      hiddenReader.push(chunk);
    },
  });
  return {
    push: (chunk) => attempt(() => reader.push(chunk)),
    finish: () => {
      const summary = attempt(() => reader.finish());
      attempt(() => hiddenReader?.finish());
      return { archive: broken ? undefined : summary, hiddenFrom };
    },
  };
}
