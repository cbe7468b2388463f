import type { TarHeader } from '../../../src/images/tar-header.ts';
import { createTarReader, type TarReaderOptions, type TarSummary } from '../../../src/images/tar-reader.ts';

export interface ReadEntry {
  readonly header: TarHeader;
  readonly content: Buffer;
}

export interface ReadTar extends TarSummary {
  readonly entries: readonly ReadEntry[];
  readonly trailing: Buffer;
}

/** Reads a whole tar that arrives in pieces of the given size. */
export function readTar(tar: Buffer, pieceBytes = tar.length, options?: Partial<TarReaderOptions>): ReadTar {
  const entries: { header: TarHeader; content: Buffer }[] = [];
  const trailing: Buffer[] = [];
  const reader = createTarReader(
    {
      entry: (header) => entries.push({ header, content: Buffer.alloc(0) }),
      content: (chunk) => {
        const last = entries.at(-1);
        if (last !== undefined) last.content = Buffer.concat([last.content, chunk]);
      },
      trailing: (chunk) => trailing.push(chunk),
    },
    options,
  );
  for (let offset = 0; offset < tar.length; offset += Math.max(1, pieceBytes)) {
    reader.push(tar.subarray(offset, offset + Math.max(1, pieceBytes)));
  }
  return { entries, trailing: Buffer.concat(trailing), ...reader.finish() };
}
