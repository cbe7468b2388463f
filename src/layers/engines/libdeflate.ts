/*
 * libdeflate (github.com/ebiggers/libdeflate, libdeflate.h) through koffi. Of its functions these are used:
 *
 *   struct libdeflate_compressor *libdeflate_alloc_compressor(int level)        NULL: no memory or no such level
 *   size_t libdeflate_deflate_compress(compressor, in, in_size, out, out_size)  0: the output does not fit
 *   uint32_t libdeflate_crc32(crc, in, in_size)                                 crc: 0 at the start
 */
import { LayahError } from '../../model/errors.ts';
import type { EngineFactory } from './open-engine.ts';

/** The name of all versions since 0.1; the dynamic loader knows where. */
export const LIBDEFLATE_SONAME = 'libdeflate.so.0';

type Compressor = object | bigint;

/** @throws the loader's error; koffi's when it is not installed or the library has no such function. */
export async function loadLibdeflate(library = LIBDEFLATE_SONAME): Promise<EngineFactory> {
  const { default: koffi } = await import('koffi');
  const handle = koffi.load(library);
  const allocate: (level: number) => Compressor | null = handle.func(
    'void *libdeflate_alloc_compressor(int level)',
  );
  const compress: (
    ...parameters: [
      Compressor,
      input: Uint8Array,
      inputBytes: number,
      output: Uint8Array,
      outputBytes: number,
    ]
  ) => number = handle.func(
    'size_t libdeflate_deflate_compress(void *compressor, const void *in, size_t in_size, void *out, size_t out_size)',
  );
  const crc32: (crc: number, input: Uint8Array, inputBytes: number) => number = handle.func(
    'uint32_t libdeflate_crc32(uint32_t crc, const void *in, size_t in_size)',
  );
  return (level) => {
    // Freed with the thread: it is used as long as that lives.
    const compressor = allocate(level);
    if (compressor === null) throw noCompressor(level);
    return {
      // Twice as fast as Node's.
      crc32: (bytes) => crc32(0, bytes, bytes.length),
      deflate(input, output) {
        const count = compress(compressor, input, input.length, output, output.length);
        if (count === 0) throw tooSmall(input, output);
        return count;
      },
    };
  };
}

function noCompressor(level: number): LayahError {
  return new LayahError({ code: 'internal', message: `libdeflate makes no compressor for level ${level}` });
}

function tooSmall(input: Uint8Array, output: Uint8Array): LayahError {
  return new LayahError({
    code: 'internal',
    message: `libdeflate cannot compress ${input.length} bytes into ${output.length}`,
  });
}
