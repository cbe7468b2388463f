import { GrowingMember } from './growing-member.ts';
import { writeGzipHeader, writeGzipMember, writeGzipTrailer } from './gzip.ts';

/** How far back deflate refers (RFC 1951). */
const WINDOW_BYTES = 32 << 10;

/**
 * Compressed bytes are counted as the Go library does (estargz/estargz.go, appendTar): after a flush to a byte boundary. A
 * flush costs bytes, so there is none while the bound is out of reach even if nothing of what came since the last one
 * compresses.
 */
export class PartwiseMember extends GrowingMember {
  close(): number {
    const { input, output } = this.slot;
    const content = input.subarray(this.inputStart, this.inputEnd);
    if (this.outputBytes === 0) {
      return this.outputStart + writeGzipMember(this.engine, content, output.subarray(this.outputStart));
    }
    this.#compress({ isLast: true });
    return (
      this.compressedOutput + writeGzipTrailer(this.engine, content, output.subarray(this.compressedOutput))
    );
  }

  protected pendingRatio(): number {
    return 1;
  }

  protected compressPending(): void {
    this.#compress({ isLast: false });
  }

  #compress({ isLast }: { readonly isLast: boolean }): void {
    const { input, output } = this.slot;
    if (this.outputBytes === 0) {
      this.compressedOutput += writeGzipHeader(output.subarray(this.outputStart));
    }
    const windowStart = Math.max(this.inputStart, this.compressedInput - WINDOW_BYTES);
    const part = {
      input: input.subarray(this.compressedInput, this.inputEnd),
      window: input.subarray(windowStart, this.compressedInput),
      isLast,
    };
    this.compressedOutput += this.engine.deflatePart?.(part, output.subarray(this.compressedOutput)) ?? 0;
    this.compressedInput = this.inputEnd;
  }
}
