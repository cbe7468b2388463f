/** A gzip member in a slot, which may take further stretches of the input while it has few compressed bytes. */
export interface GrowingMember {
  readonly inputStart: number;
  readonly outputStart: number;
  /** From now on the input up to there belongs to it. */
  extend(inputEnd: number): void;
  /** Whether it has at least so many compressed bytes. */
  hasReached(bytes: number): boolean;
  /** @returns where its output ends. */
  close(): number;
}

export interface MemberStart {
  readonly input: number;
  readonly output: number;
}
