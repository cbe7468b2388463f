import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LayahError, systemErrorCode } from '../model/errors.ts';

/** A file without a name, which vanishes with the process: bytes that are too many for memory wait in it. */
export interface TemporaryFile {
  readonly descriptor: number;
  readonly sizeBytes: number;
  /** At the end. @throws LayahError `write-failed` */
  write(bytes: Uint8Array): void;
  /** All of it from the beginning, in pieces that are never overwritten. */
  read(): Generator<Uint8Array>;
  close(): void;
}

/** @throws LayahError `write-failed` */
export function createTemporaryFile(directory: string): TemporaryFile {
  const descriptor = openNameless(directory);
  let sizeBytes = 0;
  return {
    descriptor,
    get sizeBytes() {
      return sizeBytes;
    },
    write(bytes) {
      try {
        for (let written = 0; written < bytes.length;) {
          const count = writeSync(descriptor, bytes, written, bytes.length - written, sizeBytes);
          written += count;
          sizeBytes += count;
        }
      } catch (thrown) {
        throw writeFailed(directory, thrown);
      }
    },
    read: () => readPieces(descriptor, sizeBytes),
    close: () => closeSync(descriptor),
  };
}

let openedCount = 0;

function openNameless(directory: string): number {
  const path = join(directory, `layah-${process.pid}-${openedCount++}`);
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    unlinkSync(path);
    return descriptor;
  } catch (thrown) {
    throw writeFailed(directory, thrown);
  }
}

const READ_BYTES = 1 << 20;

function* readPieces(descriptor: number, sizeBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < sizeBytes;) {
    const buffer = new Uint8Array(Math.min(READ_BYTES, sizeBytes - at));
    const count = readSync(descriptor, buffer, 0, buffer.length, at);
    if (count === 0) throw new LayahError({ code: 'internal', message: 'a temporary file ended early' });
    yield buffer.subarray(0, count);
    at += count;
  }
}

function writeFailed(directory: string, cause: unknown): LayahError {
  const full = systemErrorCode(cause) === 'ENOSPC';
  return new LayahError({
    code: 'write-failed',
    message: `holding a layer in the temporary directory ${directory}`,
    hint: full
      ? 'Set TMPDIR to a directory with room for the largest layer, uncompressed.'
      : 'Set TMPDIR to a directory that can be written.',
    cause,
  });
}
