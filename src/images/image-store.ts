import type { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import type { ReadDescriptor, ReadImageIndex } from '../oci/schemas.ts';

/** An OCI image layout that is open for reading. Nothing that comes out of it has been verified. */
export interface ImageStore {
  /** As the user named it; for messages. */
  readonly location: string;
  /** Bytes of an archive that no digest covers and no reader looks at, and that are not as they should be. */
  readonly archiveProblems?: readonly string[];
  /**
   * The bytes of a blob, in large chunks.
   * @param expectedSize when given, a blob of another size is an error.
   * @throws LayahError `bad-image` when the blob is not there.
   */
  readBlob(digest: Digest, expectedSize?: number): Promise<Readable>;
  /** Fewer bytes than asked for only where the blob ends. @throws LayahError `bad-image` when the blob is not there. */
  readRange(digest: Digest, offset: number, lengthBytes: number): Promise<Buffer>;
  /** Bytes of a blob, undefined when it is not there. */
  size(digest: Digest): Promise<number | undefined>;
  /** `index.json`. @throws LayahError `bad-image` naming what is wrong with it. */
  readIndex(): Promise<ReadImageIndex>;
  /** Images that belong to one, where they are not simply those of the index: a registry has more than it was asked for. */
  relatedImages?(image: Digest): Promise<readonly ReadDescriptor[]>;
  close(): Promise<void>;
}

/** JSON documents of images are far smaller; a larger one is an attack on our memory. */
export const MAX_JSON_BYTES = 16 << 20;
