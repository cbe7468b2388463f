import type { GrowingMember, MemberStart } from './growing-member.ts';
import { type DeflateEngine, writeGzipMember } from './gzip.ts';
import type { Slot } from './jobs.ts';

/** What comes next is never thought to compress better than this, so that no member exceeds four times its bound. */
const BEST_RATIO = 0.25;

/**
 * A growing gzip member of an engine that cannot go on with a stream: to count its compressed bytes it is compressed as a
 * whole, again each time. That is done when it should have reached the bound if it compresses on as it did so far; before
 * the first time, if it did not compress at all.
 */
export class RecompressedMember implements GrowingMember {
  readonly inputStart: number;
  readonly outputStart: number;
  readonly #engine: DeflateEngine;
  readonly #slot: Slot;
  #inputEnd: number;
  /** What the output holds: a whole member with the input up to here. */
  #compressedInput: number;
  #outputEnd: number;

  constructor(engine: DeflateEngine, slot: Slot, start: MemberStart) {
    this.#engine = engine;
    this.#slot = slot;
    this.inputStart = start.input;
    this.outputStart = start.output;
    this.#inputEnd = start.input;
    this.#compressedInput = start.input;
    this.#outputEnd = start.output;
  }

  extend(inputEnd: number): void {
    this.#inputEnd = inputEnd;
  }

  hasReached(bytes: number): boolean {
    const inputBytes = this.#compressedInput - this.inputStart;
    const outputBytes = this.#outputEnd - this.outputStart;
    const ratio = inputBytes === 0 ? 1 : Math.max(outputBytes / inputBytes, BEST_RATIO);
    if (outputBytes + (this.#inputEnd - this.#compressedInput) * ratio < bytes) return false;
    this.#compress();
    return this.#outputEnd - this.outputStart >= bytes;
  }

  close(): number {
    if (this.#compressedInput !== this.#inputEnd || this.#outputEnd === this.outputStart) this.#compress();
    return this.#outputEnd;
  }

  #compress(): void {
    const { input, output } = this.#slot;
    const content = input.subarray(this.inputStart, this.#inputEnd);
    this.#outputEnd =
      this.outputStart + writeGzipMember(this.#engine, content, output.subarray(this.outputStart));
    this.#compressedInput = this.#inputEnd;
  }
}
