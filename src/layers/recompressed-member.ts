import { GrowingMember } from './growing-member.ts';
import { writeGzipMember } from './gzip.ts';

/** What comes next is never thought to compress better than this, so that no member exceeds four times its bound. */
const BEST_RATIO = 0.25;

/**
 * A growing gzip member of an engine that cannot go on with a stream: to count its compressed bytes it is compressed as a
 * whole, again each time. That is done when it should have reached the bound if it compresses on as it did so far; before
 * the first time, if it did not compress at all.
 */
export class RecompressedMember extends GrowingMember {
  close(): number {
    if (this.compressedInput !== this.inputEnd || this.outputBytes === 0) this.compressPending();
    return this.compressedOutput;
  }

  protected pendingRatio(): number {
    const inputBytes = this.compressedInput - this.inputStart;
    return inputBytes === 0 ? 1 : Math.max(this.outputBytes / inputBytes, BEST_RATIO);
  }

  protected compressPending(): void {
    const { input, output } = this.slot;
    const content = input.subarray(this.inputStart, this.inputEnd);
    this.compressedOutput =
      this.outputStart + writeGzipMember(this.engine, content, output.subarray(this.outputStart));
    this.compressedInput = this.inputEnd;
  }
}
