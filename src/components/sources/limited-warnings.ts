import type { Reporter } from '../../model/reporter.ts';

/** Warnings about single paths: a tree can hold a million bad ones, and nobody reads more than a few. */
export interface LimitedWarnings {
  warn(message: string): void;
  /** Says how many were held back. */
  finish(): void;
}

const MAX_WARNINGS = 20;

/** @param subject - what the warnings are about, for the closing line: `user.component attributes`. */
export function limitWarnings(reporter: Reporter, subject: string): LimitedWarnings {
  let count = 0;
  return {
    warn(message) {
      if (++count <= MAX_WARNINGS) reporter.warn(message);
    },
    finish() {
      if (count > MAX_WARNINGS) reporter.warn(`${count - MAX_WARNINGS} more warnings about ${subject}`);
    },
  };
}
