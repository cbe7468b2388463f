import { createHash, hash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '../model/errors.ts';
import type { Session } from './session.ts';
import { chunkPath, storeWriteFailed } from './store.ts';

export interface WrittenChunk {
  /** Its SHA-256. */
  readonly hex: string;
  readonly sizeBytes: number;
  /** Whether it was not there before. */
  readonly isNew: boolean;
}

/** Takes chunks, one after the other, in parts that nobody changes afterwards. */
export interface ChunkConsumer {
  write(part: Uint8Array): void;
  /** The chunk is complete. */
  end(): WrittenChunk;
}

/** A larger chunk does not wait in memory: a file may be one. */
const MAX_PENDING_BYTES = 8 << 20;

/** Writes chunks to a store. What goes wrong is a LayahError `write-failed`, and leaves the store as it was. */
export function createChunkWriter(session: Session): ChunkConsumer {
  return new ChunkWriter(session);
}

class ChunkWriter implements ChunkConsumer {
  readonly #session: Session;
  /** Of a large chunk, as far as it is written. */
  #hash: Hash | undefined;
  #sizeBytes = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Of a large chunk. */
  #file: TemporaryChunk | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  write(part: Uint8Array): void {
    this.#sizeBytes += part.length;
    this.#pending.push(part);
    this.#pendingBytes += part.length;
    if (this.#pendingBytes <= MAX_PENDING_BYTES) return;
    this.#hash = this.#hashPending();
    this.#guard(() => this.#flush());
  }

  end(): WrittenChunk {
    const hex = this.#digest();
    const sizeBytes = this.#sizeBytes;
    const isNew = this.#guard(() => this.#store(hex, sizeBytes));
    this.#hash = undefined;
    this.#sizeBytes = 0;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#file = undefined;
    return { hex, sizeBytes, isNew };
  }

  #digest(): string {
    const [only] = this.#pending;
    // Mostly a chunk is one part, for which this is faster than an object.
    const isOnePart = only !== undefined && this.#pending.length === 1 && this.#hash === undefined;
    return isOnePart ? hash('sha256', only, 'hex') : this.#hashPending().digest('hex');
  }

  #hashPending(): Hash {
    const hashing = this.#hash ?? createHash('sha256');
    for (const part of this.#pending) hashing.update(part);
    return hashing;
  }

  #store(hex: string, sizeBytes: number): boolean {
    const path = chunkPath(this.#session.store, hex);
    // After a crash of the machine a file may be there without its content.
    if (statSync(path, { throwIfNoEntry: false })?.size === sizeBytes) {
      if (this.#file !== undefined) discard(this.#file);
      return false;
    }
    const { descriptor, path: temporary } = this.#flush();
    closeSync(descriptor);
    moveInto(temporary, path);
    return true;
  }

  #flush(): TemporaryChunk {
    this.#file ??= createTemporary(this.#session.temporaryPath());
    writeParts(this.#file.descriptor, this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#file;
  }

  #guard<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (thrown) {
      if (this.#file !== undefined) discard(this.#file);
      this.#file = undefined;
      throw storeWriteFailed(this.#session.store.directory, thrown);
    }
  }
}

interface TemporaryChunk {
  readonly descriptor: number;
  readonly path: string;
}

function createTemporary(path: string): TemporaryChunk {
  return { descriptor: openSync(path, 'wx'), path };
}

function discard({ descriptor, path }: TemporaryChunk): void {
  try {
    closeSync(descriptor);
    unlinkSync(path);
  } catch {
    // It goes with the session's directory.
  }
}

/** Mostly a chunk is one part, and is written at once. */
function writeParts(descriptor: number, parts: readonly Uint8Array[]): void {
  for (const part of parts) {
    for (let written = 0; written < part.length;) written += writeSync(descriptor, part, written);
  }
}

/** The directories of chunks come with the chunks. */
function moveInto(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ENOENT') throw thrown;
    mkdirSync(dirname(path), { recursive: true });
    renameSync(temporary, path);
  }
}
