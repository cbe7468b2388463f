import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveIndex, indexArchive } from '../../../src/images/archive-index.ts';
import { blobName, fileMember } from './layouts.ts';
import { END_OF_ARCHIVE } from './tar-blocks.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-archive-index-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** One blob of each size, filled with what no header may hold. */
function archiveOf(sizes: readonly number[]): Buffer {
  const members = sizes.map((sizeBytes, index) => fileMember(nameOf(index), Buffer.alloc(sizeBytes, 0xff)));
  return Buffer.concat([...members, END_OF_ARCHIVE]);
}

function nameOf(index: number): string {
  return blobName(`sha256:${index.toString(16).padStart(64, '0')}`);
}

async function indexBytes(bytes: Buffer): Promise<{ index: ArchiveIndex; readBytes: number }> {
  const path = join(directory, 'image.tar');
  writeFileSync(path, bytes);
  const file = await open(path);
  try {
    const counted = countReads(file);
    return { index: await indexArchive(file, path), readBytes: counted.readBytes };
  } finally {
    await file.close();
  }
}

function countReads(file: FileHandle): { readBytes: number } {
  const counted = { readBytes: 0 };
  const read = file.read.bind(file);
  const reading = async (buffer: Buffer, ...where: readonly [number, number, number]) => {
    const result = await read(buffer, ...where);
    counted.readBytes += result.bytesRead;
    return result;
  };
  Object.assign(file, { read: reading });
  return counted;
}

describe('the index of an archive', () => {
  it('says where each blob lies, however large they are', async () => {
    const sizeBytes = fc.oneof(fc.nat(3000), fc.integer({ min: 31 * 1024, max: 34 * 1024 }), fc.nat(200_000));
    await fc.assert(
      fc.asyncProperty(fc.array(sizeBytes, { maxLength: 6 }), async (sizes) => {
        const { index } = await indexBytes(archiveOf(sizes));
        let offset = 512;
        const expected = sizes.map((size, number) => {
          const member = [nameOf(number), { offset, sizeBytes: size }] as const;
          offset += Math.ceil(size / 512) * 512 + 512;
          return member;
        });
        expect([...index.members]).toEqual(expected);
        expect(index.problems).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('is made without reading the blobs', async () => {
    const { index, readBytes } = await indexBytes(archiveOf([8 << 20, 10, 16 << 20]));
    expect(index.members.size).toBe(3);
    expect(readBytes).toBeLessThan(200_000);
  });

  it('is refused where the archive is cut off, anywhere in a blob or its padding', async () => {
    const whole = archiveOf([100_001]);
    for (const cut of [513, 40_000, 512 + 100_000, 512 + 100_001, 512 + 100_352 - 1]) {
      await expect(indexBytes(whole.subarray(0, cut))).rejects.toThrow(
        /image\.tar is no tar, or is cut off$/,
      );
    }
  });
});
