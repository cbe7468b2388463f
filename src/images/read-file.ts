import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** Large reads: a layer is read front to back. */
const READ_BYTES = 1 << 20;

/** From `offset` on, fewer than `lengthBytes` bytes only where the file ends. */
export async function readAt(file: FileHandle, offset: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, lengthBytes));
  let readBytes = 0;
  while (readBytes < buffer.length) {
    const { bytesRead } = await file.read(buffer, readBytes, buffer.length - readBytes, offset + readBytes);
    if (bytesRead === 0) break;
    readBytes += bytesRead;
  }
  return buffer.subarray(0, readBytes);
}

export interface FileRange {
  readonly offset: number;
  readonly sizeBytes: number;
  /** Called when the stream has ended, for whatever reason. */
  readonly onEnd: () => Promise<void>;
}

/** A stream over part of a file; it ends early where the file does. The file stays open: many may read it. */
export function streamRange(file: FileHandle, range: FileRange): Readable {
  return Readable.from(readPieces(file, range));
}

async function* readPieces(
  file: FileHandle,
  { offset, sizeBytes, onEnd }: FileRange,
): AsyncGenerator<Buffer> {
  try {
    for (let position = offset; position < offset + sizeBytes;) {
      const piece = await readAt(file, position, Math.min(READ_BYTES, offset + sizeBytes - position));
      if (piece.length === 0) return;
      yield piece;
      position += piece.length;
    }
  } finally {
    await onEnd();
  }
}
