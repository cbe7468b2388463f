import type { Digest } from './digest.ts';
import type { RootfsPath } from './rootfs-path.ts';

/** Every kind of damage has a code of its own, with what it means. */
export const FINDING_CODES = {
  index: 'index.json, or an index below it, is damaged or contradicts what it lists',
  'manifest-digest': 'a manifest is not the document that its digest names',
  'config-digest': 'an image config is not the document that its digest names',
  config: 'the image config contradicts the manifest or the index',
  'missing-blob': 'a blob that something refers to is not there',
  'blob-size': 'a blob has another size than its descriptor says',
  'blob-digest': 'the blob of a layer has another digest than its descriptor says',
  'media-type': 'a media type that does not fit the content',
  annotation: 'an annotation is missing or wrong',
  'diff-id': 'the uncompressed layer has another digest than the image config says',
  gzip: "a gzip member's header or trailer is damaged, or a layer without a table of contents does not inflate",
  payload: "a file's content is damaged",
  'chunk-digest': "a file's content is right, but not the digest that the table of contents has of a chunk",
  chunk: 'a chunk is not where the table of contents puts it',
  toc: 'the table of contents cannot be read, or contradicts the tar',
  'toc-digest': 'the table of contents has another digest than the annotation says',
  'toc-image': 'an external table of contents is not where it should be',
  footer: 'the eStargz footer is damaged or points elsewhere',
  tar: 'a header or the padding of a tar is damaged, be it that of a layer or the archive',
  order: 'entries stand in an order that some reader cannot cope with',
  landmark: 'the prefetch landmark is missing, misplaced or damaged',
  record: 'a line of a record file is not valid',
  tree: 'the layers contradict each other or the root filesystem',
  limit: 'more than verify is willing to read',
} as const;

export type FindingCode = keyof typeof FINDING_CODES;

/** One thing that `layah verify` found wrong. */
export interface Finding {
  readonly code: FindingCode;
  /** The digest, path or file of the image concerned, for display. */
  readonly subject: string;
  /** The layer it was found in. */
  readonly layer?: Digest;
  /** The path in the image, for display. */
  readonly path?: string;
  readonly message: string;
}

/** Reports a finding on a subject that the receiver knows. @param path of the file concerned. */
export type Report = (code: FindingCode, message: string, path?: RootfsPath) => void;
