import type { Chunking } from './chunk-options.ts';
import type { Digest, DiffId } from './digest.ts';

/** What a store of some images would hold, cut in one way. */
export interface ChunkComparison extends Chunking {
  /** The same chunk again counted again, in all images. */
  readonly chunkCount: number;
  readonly chunkBytes: number;
  readonly uniqueChunkCount: number;
  readonly uniqueBytes: number;
  /** Of the indexes of all layers, each once. */
  readonly indexBytes: number;
  /** What cutting and hashing took, without reading the images and without writing. */
  readonly seconds: number;
}

export interface ChunkedLayerSummary {
  /** As in the image that was added. */
  readonly digest: Digest;
  readonly diffId: DiffId;
  /** Uncompressed. */
  readonly sizeBytes: number;
  readonly entryCount: number;
  readonly chunkCount: number;
  /** Of all chunks, the same one again counted again. */
  readonly chunkBytes: number;
  /** Chunks that the store did not have; all others were there, or came twice. */
  readonly newChunkCount: number;
  readonly newBytes: number;
}

export interface ChunkAddSummary {
  readonly name: string;
  readonly manifestDigest: Digest;
  /** Of the other image that had the name. */
  readonly replacedDigest: Digest | undefined;
  /** Bottom layer first, every one once. */
  readonly layers: readonly ChunkedLayerSummary[];
}

export interface StoreStats {
  readonly images: readonly ImageStats[];
  /** Two images each, in the order of the images; undefined where there are too many images to compare all of them. */
  readonly pairs: readonly PairStats[] | undefined;
  /** Of the images together: every chunk once. */
  readonly uniqueChunkCount: number;
  readonly uniqueBytes: number;
  readonly indexCount: number;
  readonly indexBytes: number;
}

export interface ImageStats {
  readonly name: string;
  readonly chunking: string;
  readonly layerCount: number;
  /** Uncompressed. */
  readonly sizeBytes: number;
  /** The same chunk again counted again. */
  readonly chunkCount: number;
  readonly chunkBytes: number;
  readonly uniqueChunkCount: number;
  readonly uniqueBytes: number;
  /** In no other image. */
  readonly ownChunkCount: number;
  readonly ownBytes: number;
}

export interface PairStats {
  readonly left: string;
  readonly right: string;
  readonly sharedChunkCount: number;
  readonly sharedBytes: number;
}

export interface CleanResult {
  readonly imageCount: number;
  readonly indexCount: number;
  readonly chunkCount: number;
  readonly chunkBytes: number;
  /** Directories that ended processes have left behind. */
  readonly leftoverCount: number;
  /** Unneeded, but written since an add began that has not ended. */
  readonly keptChunkCount: number;
}

export type ChunkFindingCode =
  /** The file of an image, an index or a chunk does not hold what it should. */
  | 'damaged'
  /** An image needs it, and it is not there. */
  | 'missing'
  /** Nothing needs it. Harmless: clean drops it. */
  | 'stray';

export interface ChunkFinding {
  readonly code: ChunkFindingCode;
  readonly subject: string;
  readonly message: string;
}

/** What was looked at. */
export interface StoreVerification {
  readonly imageCount: number;
  readonly indexCount: number;
  readonly chunkCount: number;
  readonly chunkBytes: number;
  readonly droppedCount: number;
}

export interface ChunkVerifyReport extends StoreVerification {
  readonly findings: readonly ChunkFinding[];
}

export interface EstargzImage {
  readonly name: string;
  /** An OCI layout. */
  readonly directory: string;
  readonly manifestDigest: Digest;
  /** Of its layers. */
  readonly bytes: number;
}
