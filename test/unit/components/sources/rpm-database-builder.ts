import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { SeekableFile } from '../../../../src/components/sources/rpm-ndb.ts';

export type HeaderValue =
  | { readonly type: 'int8' | 'int16' | 'int32' | 'int64'; readonly numbers: readonly number[] }
  /** Byte strings. */
  | { readonly type: 'string' | 'strings'; readonly strings: readonly string[] };

const TYPE_NUMBERS = { int8: 1, int16: 3, int32: 4, int64: 5, string: 6, strings: 8 } as const;
const NUMBER_SIZES = { int8: 1, int16: 2, int32: 4, int64: 8 } as const;

/** An rpm header without a region, as `src/components/sources/rpm-header.ts` draws it; entries in the order given. */
export function buildRpmHeader(values: readonly (readonly [tag: number, value: HeaderValue])[]): Buffer {
  const parts: Buffer[] = [];
  let dataBytes = 0;
  const append = (bytes: Buffer): void => {
    parts.push(bytes);
    dataBytes += bytes.length;
  };
  const index = values.map(([tag, value]) => {
    if ('numbers' in value) append(Buffer.alloc(-dataBytes & (NUMBER_SIZES[value.type] - 1)));
    const entry = [tag, TYPE_NUMBERS[value.type], dataBytes, countOf(value)];
    append(encode(value));
    return uint32s(entry);
  });
  return Buffer.concat([uint32s([index.length, dataBytes]), ...index, ...parts]);
}

export function uint32s(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
  return bytes;
}

function countOf(value: HeaderValue): number {
  return 'numbers' in value ? value.numbers.length : value.strings.length;
}

function encode(value: HeaderValue): Buffer {
  if ('strings' in value) return Buffer.from(value.strings.map((text) => `${text}\0`).join(''), 'latin1');
  const sizeBytes = NUMBER_SIZES[value.type];
  const bytes = Buffer.alloc(value.numbers.length * sizeBytes);
  for (const [index, number] of value.numbers.entries()) {
    if (sizeBytes === 8) bytes.writeBigUInt64BE(BigInt(number), index * 8);
    else bytes.writeUIntBE(number, index * sizeBytes, sizeBytes);
  }
  return bytes;
}

const BLOCK = 16;
const PAGE = 4096;

/** An ndb database with one slot page; headers by package number. */
export function buildNdb(headers: ReadonlyMap<number, Uint8Array>): Buffer {
  const page = Buffer.alloc(PAGE);
  page.write('RpmP', 'latin1');
  page.writeUInt32LE(1, 12);
  for (let slot = 32; slot < PAGE; slot += 16) page.write('Slot', slot, 'latin1');
  const blobs: Buffer[] = [page];
  let endBlock = PAGE / BLOCK;
  for (const [index, [packageNumber, header]] of [...headers].entries()) {
    const blob = buildBlob(packageNumber, header);
    writeLittleEndian(page, 32 + index * 16 + 4, [packageNumber, endBlock, blob.length / BLOCK]);
    blobs.push(blob);
    endBlock += blob.length / BLOCK;
  }
  return Buffer.concat(blobs);
}

function buildBlob(packageNumber: number, header: Uint8Array): Buffer {
  const sizeBytes = Math.ceil((16 + header.length + 12) / BLOCK) * BLOCK;
  const blob = Buffer.alloc(sizeBytes);
  blob.write('BlbS', 'latin1');
  writeLittleEndian(blob, 4, [packageNumber, 1, header.length]);
  blob.set(header, 16);
  writeLittleEndian(blob, sizeBytes - 12, [adler32(blob.subarray(0, -12)), header.length]);
  blob.write('BlbE', sizeBytes - 4, 'latin1');
  return blob;
}

function writeLittleEndian(bytes: Buffer, offset: number, numbers: readonly number[]): void {
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, offset + index * 4);
}

function adler32(bytes: Uint8Array): number {
  const low = bytes.reduce((sum, byte) => (sum + byte) % 65521, 1);
  let running = 1;
  const high = bytes.reduce((sum, byte) => (sum + (running = (running + byte) % 65521)) % 65521, 0);
  return high * 65536 + low;
}

/** A file without a disk. */
export function seekableBuffer(content: Buffer): SeekableFile {
  return {
    sizeBytes: content.length,
    readAt: (offset, sizeBytes) => Promise.resolve(content.subarray(offset, offset + sizeBytes)),
  };
}

/** A file of test/fixtures/rpm. */
export function readRpmFixture(name: string): Buffer {
  return gunzipSync(readFileSync(`test/fixtures/rpm/${name}.gz`));
}

/** Array.fromAsync needs Node 22. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
