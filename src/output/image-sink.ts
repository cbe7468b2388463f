import type { Digest } from '../model/digest.ts';

/** Where an image goes. Blobs first, in any order; nothing is visible at the destination before `finish`. */
export interface ImageSink {
  /** A blob that was written before is not written again. */
  writeBlob(blob: BlobToWrite): Promise<void>;
  /** `index` is the bytes of index.json. */
  finish(index: Uint8Array): Promise<void>;
  /** Leaves nothing behind. Harmless after `finish`. */
  abort(): Promise<void>;
}

export interface BlobToWrite {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly content: Iterable<Uint8Array>;
}
