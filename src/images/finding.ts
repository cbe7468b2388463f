/** What a check found wrong; the same shape as the findings that `layah verify` lists. */
export interface ImageFinding {
  readonly code:
    | 'blob-digest'
    | 'blob-size'
    | 'diff-id'
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

export type FindingCode = ImageFinding['code'];

/** Reports a finding on a subject that the receiver knows. */
export type Report = (code: FindingCode, message: string) => void;
