/*
 * A push parser for the tar of a layer: takes chunks of any size, gives entry headers and content as they come, keeps
 * one block and one extension header in memory. Everything is raw bytes, so binary xattrs and names in any encoding
 * survive, which readers that decode text cannot give.
 *
 * Like a plain tar reader it stops at the end-of-archive blocks; what follows them (layah's layout keeps the landmark
 * and the TOC there) goes to `trailing`.
 */
import { unreachable } from '../model/errors.ts';
import { TAR_BLOCK_BYTES, tarPaddingBytes } from '../model/tar-format.ts';
import { parsePaxRecords, type PaxRecords } from './pax-records.ts';
import {
  rawSize,
  readTarBlock,
  stringField,
  tarError,
  tarHeader,
  type RawTarHeader,
  type TarHeader,
} from './tar-header.ts';

export interface TarHandler {
  /** `contentPosition` is where its content stands in the stream, or would stand. */
  entry(header: TarHeader, contentPosition: number): void;
  /** Part of the content of the last entry; `position` is where it stands in the stream. */
  content(chunk: Buffer, position: number): void;
  /** What stands between an entry's content, or an extension header, and the next block: zeros, if all is well. */
  padding?(chunk: Buffer, position: number): void;
  /** A global PAX header, which this reader applies to all entries after it. Runtimes differ in whether they do. */
  globalPax?(records: PaxRecords): void;
  /** Bytes after the end-of-archive blocks. */
  trailing?(chunk: Buffer, position: number): void;
}

export interface TarSummary {
  readonly entryCount: number;
  /** Whether the two zero blocks that end an archive were there. */
  readonly endOfArchive: boolean;
  /** Bytes after the end-of-archive blocks. */
  readonly trailingBytes: number;
}

export interface TarReader {
  /** @throws LayahError `bad-image` naming the entry and its offset; the reader is of no use after that. */
  push(chunk: Buffer): void;
  /** Passes over up to `maxBytes` of content unseen; returns how many bytes need not be pushed, 0 outside of content. */
  skipContent(maxBytes: number): number;
  /** @throws LayahError `bad-image` when the archive ends within an entry. */
  finish(): TarSummary;
}

export interface TarReaderOptions {
  /** The stream position of the first byte pushed. */
  readonly startPosition: number;
  /** Zero blocks before the first entry do not end the archive. */
  readonly skipLeadingZeroBlocks: boolean;
}

/** @throws nothing itself; see `TarReader`. */
export function createTarReader(handler: TarHandler, options?: Partial<TarReaderOptions>): TarReader {
  const state: TarState = {
    handler,
    skipLeadingZeroBlocks: options?.skipLeadingZeroBlocks ?? false,
    position: options?.startPosition ?? 0,
    phase: 'header',
    wantedBytes: TAR_BLOCK_BYTES,
    pending: [],
    pendingBytes: 0,
    zeroBlocks: 0,
    entryCount: 0,
    trailingBytes: 0,
    subject: '',
    startOffset: undefined,
    headerOffset: 0,
    contentBytesLeft: 0,
    paddingBytes: 0,
    extension: undefined,
    globalPax: new Map(),
    localPax: new Map(),
    gnuName: undefined,
    gnuLinkName: undefined,
  };
  return {
    push: (chunk) => feed(state, chunk),
    skipContent: (maxBytes) => skipContent(state, maxBytes),
    finish: () => finish(state),
  };
}

type Phase = 'header' | 'extension' | 'content' | 'padding' | 'trailing';

interface TarState {
  readonly handler: TarHandler;
  readonly skipLeadingZeroBlocks: boolean;
  /** Stream position of the next byte that is not consumed. */
  position: number;
  phase: Phase;
  /** How many bytes `pending` must hold before a header block or an extension body can be read. */
  wantedBytes: number;
  pending: Buffer[];
  pendingBytes: number;
  zeroBlocks: number;
  entryCount: number;
  trailingBytes: number;
  /** For messages. */
  subject: string;
  /** Where the current entry's first header block stands. */
  startOffset: number | undefined;
  headerOffset: number;
  contentBytesLeft: number;
  paddingBytes: number;
  extension: RawTarHeader | undefined;
  globalPax: PaxRecords;
  localPax: PaxRecords;
  gnuName: string | undefined;
  gnuLinkName: string | undefined;
}

/** Go's archive/tar, and so every container runtime, reads no larger extension header (maxSpecialFileSize). */
const MAX_EXTENSION_BYTES = 1 << 20;

function feed(state: TarState, chunk: Buffer): void {
  for (let rest = chunk; rest.length > 0;) {
    const usedBytes = consume(state, rest);
    rest = rest.subarray(usedBytes);
  }
}

/** @returns how many bytes of the chunk were used: at least one. */
function consume(state: TarState, chunk: Buffer): number {
  switch (state.phase) {
    case 'header':
    case 'extension':
      return gather(state, chunk);
    case 'content':
      return passContent(state, chunk);
    case 'padding': {
      const usedBytes = Math.min(state.paddingBytes, chunk.length);
      state.handler.padding?.(chunk.subarray(0, usedBytes), state.position);
      state.paddingBytes -= usedBytes;
      state.position += usedBytes;
      if (state.paddingBytes === 0) expectHeader(state);
      return usedBytes;
    }
    case 'trailing':
      state.handler.trailing?.(chunk, state.position);
      state.position += chunk.length;
      state.trailingBytes += chunk.length;
      return chunk.length;
  }
  return unreachable(state.phase);
}

function gather(state: TarState, chunk: Buffer): number {
  const part = chunk.subarray(0, state.wantedBytes - state.pendingBytes);
  state.pending.push(part);
  state.pendingBytes += part.length;
  state.position += part.length;
  if (state.pendingBytes === state.wantedBytes) {
    const [only] = state.pending;
    const whole = state.pending.length === 1 && only !== undefined ? only : Buffer.concat(state.pending);
    state.pending = [];
    state.pendingBytes = 0;
    if (state.phase === 'header') readHeader(state, whole);
    else readExtension(state, whole);
  }
  return part.length;
}

function passContent(state: TarState, chunk: Buffer): number {
  const part = chunk.subarray(0, state.contentBytesLeft);
  state.handler.content(part, state.position);
  return leaveContent(state, part.length);
}

function skipContent(state: TarState, maxBytes: number): number {
  return state.phase === 'content' ? leaveContent(state, Math.min(state.contentBytesLeft, maxBytes)) : 0;
}

function leaveContent(state: TarState, passedBytes: number): number {
  state.contentBytesLeft -= passedBytes;
  state.position += passedBytes;
  if (state.contentBytesLeft === 0) expectPadding(state);
  return passedBytes;
}

function expectPadding(state: TarState): void {
  if (state.paddingBytes > 0) state.phase = 'padding';
  else expectHeader(state);
}

function expectHeader(state: TarState): void {
  state.phase = 'header';
  state.wantedBytes = TAR_BLOCK_BYTES;
}

const ZERO_BLOCK = Buffer.alloc(TAR_BLOCK_BYTES);

function readHeader(state: TarState, block: Buffer): void {
  state.headerOffset = state.position - TAR_BLOCK_BYTES;
  if (block.equals(ZERO_BLOCK)) {
    readZeroBlock(state);
    return;
  }
  if (state.zeroBlocks > 0 && !isSkipping(state)) {
    throw tarError('', state.headerOffset, 'a lone zero block stands before it');
  }
  state.zeroBlocks = 0;
  const raw = readTarBlock(block, state.headerOffset);
  state.startOffset ??= state.headerOffset;
  if (EXTENSION_TYPES.has(raw.typeFlag)) expectExtension(state, raw);
  else beginEntry(state, raw);
}

const EXTENSION_TYPES = new Set<string>(['x', 'g', 'L', 'K']);

function isSkipping(state: TarState): boolean {
  return state.skipLeadingZeroBlocks && state.entryCount === 0;
}

function readZeroBlock(state: TarState): void {
  if (state.startOffset !== undefined) {
    throw tarError(state.subject, state.startOffset, 'an extension header has no entry after it');
  }
  state.zeroBlocks++;
  if (state.zeroBlocks === 2 && !isSkipping(state)) state.phase = 'trailing';
}

function expectExtension(state: TarState, raw: RawTarHeader): void {
  const sizeBytes = rawSize(raw, state.headerOffset);
  state.subject = raw.name;
  if (sizeBytes > MAX_EXTENSION_BYTES) {
    throw tarError(raw.name, state.headerOffset, `an extension header of ${sizeBytes} bytes is too large`);
  }
  state.extension = raw;
  state.paddingBytes = tarPaddingBytes(sizeBytes);
  state.wantedBytes = sizeBytes;
  state.phase = 'extension';
  if (sizeBytes === 0) readExtension(state, Buffer.alloc(0));
}

function readExtension(state: TarState, body: Buffer): void {
  const typeFlag = state.extension?.typeFlag;
  if (typeFlag === 'L') state.gnuName = stringField(body, 0, body.length);
  else if (typeFlag === 'K') state.gnuLinkName = stringField(body, 0, body.length);
  else readPax(state, body, typeFlag === 'g');
  expectPadding(state);
}

function readPax(state: TarState, body: Buffer, isGlobal: boolean): void {
  const records = parsePaxRecords(body);
  if (typeof records === 'string') throw tarError(state.subject, state.headerOffset, records);
  if (isGlobal) {
    state.globalPax = new Map([...state.globalPax, ...records]);
    state.handler.globalPax?.(records);
    // It belongs to no entry, so the next entry begins after it.
    if (state.localPax.size === 0 && state.gnuName === undefined) state.startOffset = undefined;
  } else state.localPax = records;
}

function beginEntry(state: TarState, raw: RawTarHeader): void {
  const pax = state.globalPax.size === 0 ? state.localPax : new Map([...state.globalPax, ...state.localPax]);
  const { gnuName, gnuLinkName } = state;
  const header = tarHeader(raw, { pax, gnuName, gnuLinkName }, state.startOffset ?? state.headerOffset);
  state.subject = header.name;
  state.startOffset = undefined;
  state.localPax = new Map();
  state.gnuName = undefined;
  state.gnuLinkName = undefined;
  state.entryCount++;
  state.contentBytesLeft = header.sizeBytes;
  state.paddingBytes = tarPaddingBytes(header.sizeBytes);
  state.handler.entry(header, state.position);
  if (header.sizeBytes > 0) state.phase = 'content';
  else expectHeader(state);
}

function finish(state: TarState): TarSummary {
  const { entryCount, trailingBytes } = state;
  if (state.phase === 'content' || state.phase === 'padding' || state.phase === 'extension') {
    const unread =
      state.phase === 'extension' ? state.wantedBytes - state.pendingBytes : state.contentBytesLeft;
    const missingBytes = unread + state.paddingBytes;
    throw tarError(
      state.subject,
      state.headerOffset,
      `the archive ends within it, ${missingBytes} bytes early`,
    );
  }
  if (state.phase === 'header' && (state.pendingBytes > 0 || state.startOffset !== undefined)) {
    throw tarError(
      '',
      state.startOffset ?? state.position - state.pendingBytes,
      'the archive ends within its header',
    );
  }
  return { entryCount, trailingBytes, endOfArchive: state.phase === 'trailing' };
}
