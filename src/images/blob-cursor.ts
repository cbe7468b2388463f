import { createHash, type Hash } from 'node:crypto';
import { type Digest, parseDigest } from '../model/digest.ts';

/** Reads a blob from front to end, giving back what was read too far, and hashes all of it on the way. */
export interface BlobCursor {
  /** Offset in the blob of the next byte. */
  readonly position: number;
  /** At least one and at most `maxBytes` bytes; undefined at the end. */
  read(maxBytes: number): Promise<Buffer | undefined>;
  /** As many bytes as there are, at most `sizeBytes`, in one piece. */
  take(sizeBytes: number): Promise<Buffer>;
  /** Puts back the end of what was read last. */
  unread(bytes: Buffer): void;
  /** Reads the rest. */
  drain(): Promise<BlobSummary>;
}

export interface BlobSummary {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export function createBlobCursor(blob: AsyncIterable<Buffer>): BlobCursor {
  const state: CursorState = {
    chunks: blob[Symbol.asyncIterator](),
    hash: createHash('sha256'),
    sizeBytes: 0,
    buffered: Buffer.alloc(0),
  };
  return {
    get position() {
      return state.sizeBytes - state.buffered.length;
    },
    async read(maxBytes) {
      if (state.buffered.length === 0) state.buffered = (await pull(state)) ?? state.buffered;
      return state.buffered.length === 0 ? undefined : shift(state, maxBytes);
    },
    take: (sizeBytes) => take(state, sizeBytes),
    unread: (bytes) => unread(state, bytes),
    async drain() {
      state.buffered = Buffer.alloc(0);
      while ((await pull(state)) !== undefined);
      return { digest: parseDigest(`sha256:${state.hash.digest('hex')}`), sizeBytes: state.sizeBytes };
    },
  };
}

interface CursorState {
  readonly chunks: AsyncIterator<Buffer>;
  readonly hash: Hash;
  /** Of all that came out of `chunks`. */
  sizeBytes: number;
  buffered: Buffer;
}

async function pull(state: CursorState): Promise<Buffer | undefined> {
  for (;;) {
    const next = await state.chunks.next();
    if (next.done === true) return undefined;
    state.hash.update(next.value);
    state.sizeBytes += next.value.length;
    if (next.value.length > 0) return next.value;
  }
}

function shift(state: CursorState, maxBytes: number): Buffer {
  const part = state.buffered.subarray(0, maxBytes);
  state.buffered = state.buffered.subarray(part.length);
  return part;
}

async function take(state: CursorState, wantedBytes: number): Promise<Buffer> {
  const parts = [state.buffered];
  for (let haveBytes = state.buffered.length; haveBytes < wantedBytes;) {
    const chunk = await pull(state);
    if (chunk === undefined) break;
    parts.push(chunk);
    haveBytes += chunk.length;
  }
  if (parts.length > 1) state.buffered = Buffer.concat(parts);
  return shift(state, wantedBytes);
}

function unread(state: CursorState, bytes: Buffer): void {
  const { buffered } = state;
  const isAdjacent =
    bytes.buffer === buffered.buffer && bytes.byteOffset + bytes.length === buffered.byteOffset;
  // Mostly the bytes still stand before what is buffered: then no copy is needed.
  state.buffered = isAdjacent
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length + buffered.length)
    : Buffer.concat([bytes, buffered]);
}
