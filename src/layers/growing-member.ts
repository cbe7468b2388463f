import type { DeflateEngine } from './gzip.ts';
import type { Slot } from './jobs.ts';

export interface MemberStart {
  readonly input: number;
  readonly output: number;
}

/** A gzip member in a slot, which may take further stretches of the input while it has few compressed bytes. */
export abstract class GrowingMember {
  readonly inputStart: number;
  readonly outputStart: number;
  protected readonly engine: DeflateEngine;
  protected readonly slot: Slot;
  protected inputEnd: number;
  /** What was compressed so far: input up to here, output up to there. */
  protected compressedInput: number;
  protected compressedOutput: number;

  constructor(engine: DeflateEngine, slot: Slot, start: MemberStart) {
    this.engine = engine;
    this.slot = slot;
    this.inputStart = start.input;
    this.outputStart = start.output;
    this.inputEnd = start.input;
    this.compressedInput = start.input;
    this.compressedOutput = start.output;
  }

  /** From now on the input up to there belongs to it. */
  extend(inputEnd: number): void {
    this.inputEnd = inputEnd;
  }

  /** Whether it has at least so many compressed bytes. To count them costs something, so that is done when they may suffice. */
  hasReached(bytes: number): boolean {
    const pendingBytes = this.inputEnd - this.compressedInput;
    if (this.outputBytes + pendingBytes * this.pendingRatio() < bytes) return false;
    this.compressPending();
    return this.outputBytes >= bytes;
  }

  /** @returns where its output ends. */
  abstract close(): number;

  /** Output bytes that a byte of pending input is thought to become. */
  protected abstract pendingRatio(): number;

  protected abstract compressPending(): void;

  protected get outputBytes(): number {
    return this.compressedOutput - this.outputStart;
  }
}
