/** Everything that can go wrong in a way that a user can act on. */
export type ErrorCode =
  | 'usage'
  | 'bad-config'
  | 'bad-rootfs'
  | 'bad-database'
  | 'missing-program'
  | 'command-failed'
  | 'file-changed'
  | 'unsupported-entry'
  | 'read-failed'
  | 'write-failed'
  | 'bad-image'
  | 'bad-record'
  | 'bad-store'
  | 'registry'
  | 'verify-failed'
  | 'cancelled'
  | 'internal';

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** What failed and on which path or digest; lower case, no full stop. */
  readonly message: string;
  /** What to do next, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class of the project: the command line prints message, causes and hint. */
export class LayahError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LayahError';
    this.code = details.code;
    this.hint = details.hint;
  }
}

/** The system's error code (ENOENT...) of a thrown value, if it has one. */
export function systemErrorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Compile-time proof that a switch handled every variant. */
export function unreachable(value: never): never {
  throw new LayahError({ code: 'internal', message: `unexpected variant: ${JSON.stringify(value)}` });
}
