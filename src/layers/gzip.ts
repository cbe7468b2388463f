/*
 * A gzip member (RFC 1952) around raw deflate data. The header says nothing about this machine:
 *
 *   0  1f 8b 08 00     magic, deflate, no flags
 *   4  00 00 00 00     mtime
 *   8  00 ff           XFL, OS unknown
 *  10  deflate data
 *   n  CRC-32, size    of the uncompressed bytes, little endian
 */
import { crc32 } from 'node:zlib';

/** Something that turns bytes into raw deflate data (RFC 1951). The same input, level and engine give the same bytes. */
export interface DeflateEngine {
  /** What its bytes depend on besides their input, for the layer's annotation. */
  readonly identity: string;
  /** Writes to `output[0]`, which has room for data that does not compress. @returns how many bytes. */
  deflate(input: Uint8Array, output: Uint8Array): number;
}

const HEADER = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff]);
const TRAILER_BYTES = 8;

/** Writes one member at `output[0]`. @returns its size in bytes. */
export function writeGzipMember(engine: DeflateEngine, input: Uint8Array, output: Uint8Array): number {
  output.set(HEADER, 0);
  const deflatedBytes = engine.deflate(input, output.subarray(HEADER.length, output.length - TRAILER_BYTES));
  const end = HEADER.length + deflatedBytes;
  const trailer = new DataView(output.buffer, output.byteOffset + end, TRAILER_BYTES);
  trailer.setUint32(0, crc32(input), true);
  trailer.setUint32(4, input.length % 2 ** 32, true);
  return end + TRAILER_BYTES;
}

/** One member as a buffer of its own. */
export function gzipMember(engine: DeflateEngine, input: Uint8Array): Uint8Array {
  const output = new Uint8Array(HEADER.length + input.length + (input.length >> 8) + 64 + TRAILER_BYTES);
  return output.subarray(0, writeGzipMember(engine, input, output));
}
