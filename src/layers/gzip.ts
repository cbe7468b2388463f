/*
 * A gzip member (RFC 1952) around raw deflate data. The header says nothing about this machine:
 *
 *   0  1f 8b 08 00     magic, deflate, no flags
 *   4  00 00 00 00     mtime
 *   8  00 ff           XFL, OS unknown
 *  10  deflate data
 *   n  CRC-32, size    of the uncompressed bytes, little endian
 */
/** Something that turns bytes into raw deflate data (RFC 1951). The same input, level and engine give the same bytes. */
export interface DeflateEngine {
  /** What its bytes depend on besides their input, for the layer's annotation. */
  readonly identity: string;
  /** Writes to `output[0]`, which has room for data that does not compress. @returns how many bytes. */
  deflate(input: Uint8Array, output: Uint8Array): number;
  /** The CRC-32 of RFC 1952. */
  crc32(bytes: Uint8Array): number;
  /** Undefined where the engine cannot go on with a stream. */
  readonly deflatePart?: DeflatePart | undefined;
}

/** The same for a stream that is compressed part by part. */
export type DeflatePart = (part: StreamPart, output: Uint8Array) => number;

export interface StreamPart {
  readonly input: Uint8Array;
  /** What the stream holds before the part, at most the last 32 KiB of it. */
  readonly window: Uint8Array;
  /** All parts but the last end at a byte boundary. */
  readonly isLast: boolean;
}

const HEADER = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff]);
const TRAILER_BYTES = 8;

/** Writes one member at `output[0]`. @returns its size in bytes. */
export function writeGzipMember(
  engine: Pick<DeflateEngine, 'deflate' | 'crc32'>,
  input: Uint8Array,
  output: Uint8Array,
): number {
  const start = writeGzipHeader(output);
  const end = start + engine.deflate(input, output.subarray(start, output.length - TRAILER_BYTES));
  return end + writeGzipTrailer(engine, input, output.subarray(end));
}

/** Writes the start of a member. @returns its size in bytes. */
export function writeGzipHeader(output: Uint8Array): number {
  output.set(HEADER, 0);
  return HEADER.length;
}

/** Writes the end of a member that holds `input`. @returns its size in bytes. */
export function writeGzipTrailer(
  { crc32 }: Pick<DeflateEngine, 'crc32'>,
  input: Uint8Array,
  output: Uint8Array,
): number {
  const trailer = new DataView(output.buffer, output.byteOffset, TRAILER_BYTES);
  trailer.setUint32(0, crc32(input), true);
  trailer.setUint32(4, input.length % 2 ** 32, true);
  return TRAILER_BYTES;
}

/** One member as a buffer of its own. */
export function gzipMember(engine: DeflateEngine, input: Uint8Array): Uint8Array {
  const output = new Uint8Array(HEADER.length + input.length + (input.length >> 8) + 64 + TRAILER_BYTES);
  return output.subarray(0, writeGzipMember(engine, input, output));
}
