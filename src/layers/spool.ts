import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LayahError, systemErrorCode } from '../model/errors.ts';

const PAGE_BYTES = 1 << 20;
const MEMORY_PAGES = 32;

/**
 * Holds one blob until its digest is known: the first 32 MiB in pages, the rest in a file that has no name
 * (it vanishes with the process). One spool serves all blobs of a build, one after the other.
 */
export class BlobSpool {
  readonly #directory: string;
  readonly #pages: Uint8Array[] = [];
  #descriptor: number | undefined;
  /** For what is in the file. */
  #readBuffer: Uint8Array | undefined;
  #sizeBytes = 0;

  constructor(temporaryDirectory: string) {
    this.#directory = temporaryDirectory;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && this.#sizeBytes < MEMORY_PAGES * PAGE_BYTES) {
      const taken = rest.subarray(0, PAGE_BYTES - (this.#sizeBytes % PAGE_BYTES));
      this.#page(Math.floor(this.#sizeBytes / PAGE_BYTES)).set(taken, this.#sizeBytes % PAGE_BYTES);
      this.#sizeBytes += taken.length;
      rest = rest.subarray(taken.length);
    }
    if (rest.length > 0) this.#writeToFile(rest);
  }

  /** The whole blob in order. A piece is overwritten by the next blob, or before, when the next piece is asked for. */
  *read(): Generator<Uint8Array> {
    const inMemory = Math.min(this.#sizeBytes, MEMORY_PAGES * PAGE_BYTES);
    for (let at = 0; at < inMemory; at += PAGE_BYTES) {
      yield this.#page(at / PAGE_BYTES).subarray(0, Math.min(PAGE_BYTES, inMemory - at));
    }
    if (this.#descriptor === undefined) return;
    const buffer = (this.#readBuffer ??= new Uint8Array(PAGE_BYTES));
    for (let at = inMemory; at < this.#sizeBytes;) {
      const wanted = Math.min(PAGE_BYTES, this.#sizeBytes - at);
      const count = readSync(this.#descriptor, buffer, 0, wanted, at - inMemory);
      if (count === 0) throw new LayahError({ code: 'internal', message: 'the spool file ended early' });
      yield buffer.subarray(0, count);
      at += count;
    }
  }

  /** The pages stay, for the next blob. */
  reset(): void {
    this.#sizeBytes = 0;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #page(index: number): Uint8Array {
    return (this.#pages[index] ??= new Uint8Array(PAGE_BYTES));
  }

  #writeToFile(bytes: Uint8Array): void {
    try {
      this.#descriptor ??= openNameless(this.#directory);
      let written = 0;
      while (written < bytes.length) {
        const position = this.#sizeBytes - MEMORY_PAGES * PAGE_BYTES;
        const count = writeSync(this.#descriptor, bytes, written, bytes.length - written, position);
        written += count;
        this.#sizeBytes += count;
      }
    } catch (thrown) {
      throw spoolFailed(this.#directory, thrown);
    }
  }
}

function openNameless(directory: string): number {
  const path = join(directory, `layah-spool-${process.pid}`);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  unlinkSync(path);
  return descriptor;
}

function spoolFailed(directory: string, cause: unknown): LayahError {
  const full = systemErrorCode(cause) === 'ENOSPC';
  return new LayahError({
    code: 'write-failed',
    message: `holding a layer back in the temporary directory ${directory}`,
    hint: full
      ? 'Set TMPDIR to a directory with more room.'
      : 'Set TMPDIR to a directory that can be written.',
    cause,
  });
}
