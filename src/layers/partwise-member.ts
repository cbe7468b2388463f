import type { GrowingMember, MemberStart } from './growing-member.ts';
import { type DeflateEngine, writeGzipHeader, writeGzipMember, writeGzipTrailer } from './gzip.ts';
import type { Slot } from './jobs.ts';

/** How far back deflate refers (RFC 1951). */
const WINDOW_BYTES = 32 << 10;

/**
 * Compressed bytes are counted as the Go library does (estargz/estargz.go, appendTar): after a flush to a byte boundary. A
 * flush costs bytes, so there is none while the bound is out of reach even if nothing of what came since the last one
 * compresses.
 */
export class PartwiseMember implements GrowingMember {
  readonly inputStart: number;
  readonly outputStart: number;
  readonly #engine: DeflateEngine;
  readonly #slot: Slot;
  #inputEnd: number;
  /** What was compressed so far: input up to here, output up to there. */
  #flushedInput: number;
  #flushedOutput: number;

  constructor(engine: DeflateEngine, slot: Slot, start: MemberStart) {
    this.#engine = engine;
    this.#slot = slot;
    this.inputStart = start.input;
    this.outputStart = start.output;
    this.#inputEnd = start.input;
    this.#flushedInput = start.input;
    this.#flushedOutput = start.output;
  }

  extend(inputEnd: number): void {
    this.#inputEnd = inputEnd;
  }

  hasReached(bytes: number): boolean {
    const pending = this.#inputEnd - this.#flushedInput;
    if (this.#flushedOutput - this.outputStart + pending < bytes) return false;
    this.#compress({ isLast: false });
    return this.#flushedOutput - this.outputStart >= bytes;
  }

  close(): number {
    const { input, output } = this.#slot;
    const content = input.subarray(this.inputStart, this.#inputEnd);
    if (this.#flushedOutput === this.outputStart) {
      return this.outputStart + writeGzipMember(this.#engine, content, output.subarray(this.outputStart));
    }
    this.#compress({ isLast: true });
    return (
      this.#flushedOutput + writeGzipTrailer(this.#engine, content, output.subarray(this.#flushedOutput))
    );
  }

  #compress({ isLast }: { readonly isLast: boolean }): void {
    const { input, output } = this.#slot;
    if (this.#flushedOutput === this.outputStart) {
      this.#flushedOutput += writeGzipHeader(output.subarray(this.outputStart));
    }
    const windowStart = Math.max(this.inputStart, this.#flushedInput - WINDOW_BYTES);
    const part = {
      input: input.subarray(this.#flushedInput, this.#inputEnd),
      window: input.subarray(windowStart, this.#flushedInput),
      isLast,
    };
    this.#flushedOutput += this.#engine.deflatePart?.(part, output.subarray(this.#flushedOutput)) ?? 0;
    this.#flushedInput = this.#inputEnd;
  }
}
