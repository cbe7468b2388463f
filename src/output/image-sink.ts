import type { Digest } from '../model/digest.ts';
import type { JsonBlob } from '../oci/descriptor.ts';

/** Where an image goes. Blobs first, in any order; nothing is visible at the destination before `finish`. */
export interface ImageSink {
  /** A blob that was written before is not written again. */
  writeBlob(blob: BlobToWrite): Promise<void>;
  /** An image manifest or an index of such, after everything that it names. */
  writeManifest(manifest: JsonBlob): Promise<void>;
  finish(documents: LayoutDocuments): Promise<void>;
  /** Leaves nothing behind. Harmless after `finish`. */
  abort(): Promise<void>;
}

/** What stands beside the blobs. */
export interface LayoutDocuments {
  /** The bytes of index.json. */
  readonly index: Uint8Array;
  /** The bytes of manifest.json, which Docker looks for in an archive; undefined for several platforms. */
  readonly dockerManifest: Uint8Array | undefined;
  /** The manifest of the TOC image, where there is one; the index names it too. */
  readonly tocManifest?: JsonBlob | undefined;
}

export interface BlobToWrite {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /**
   * From the beginning each time, until `writeBlob` has ended: a registry may need it again. A piece is overwritten when the
   * next one is asked for: fresh buffers cost page faults and make V8 collect garbage.
   */
  readonly content: () => Iterable<Uint8Array>;
}
