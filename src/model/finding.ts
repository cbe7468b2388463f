/** One thing that `layah verify` found wrong. */
export interface Finding {
  readonly code:
    | 'blob-digest'
    | 'blob-size'
    | 'diff-id'
    | 'config'
    | 'media-type'
    | 'gzip'
    | 'tar'
    | 'toc'
    | 'toc-digest'
    | 'chunk'
    | 'footer'
    | 'order'
    | 'landmark'
    | 'annotation'
    | 'tree';
  /** The digest or path concerned, for display. */
  readonly subject: string;
  readonly message: string;
}

type FindingCode = Finding['code'];

/** Reports a finding on a subject that the receiver knows. */
export type Report = (code: FindingCode, message: string) => void;
