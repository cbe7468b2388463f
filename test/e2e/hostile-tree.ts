/** A tree that was made to do harm. */
export interface HostileTree {
  readonly what: string;
  /** @param root - does not exist yet; what lies beside it is outside of the tree. */
  readonly make: (root: string) => void;
  readonly flags?: readonly string[];
  /** 0 when the build shall end well; then the image shall be equal to the tree. */
  readonly exitCode: 0 | 1;
  /** What standard error has to say. */
  readonly says?: RegExp;
}
