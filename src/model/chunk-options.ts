import type { ImageSelection } from './inspect-options.ts';
import type { LayerOptions, OutputTarget, ReadLimits } from './options.ts';

/** How layers are cut into chunks. */
export const CHUNK_STRATEGIES = ['fixed-size', 'file-boundary', 'content-defined'] as const;

export type StrategyName = (typeof CHUNK_STRATEGIES)[number];

export type ChunkStrategy =
  /** After every so many bytes. */
  | { readonly name: 'fixed-size'; readonly chunkSizeBytes: number }
  /** Every file is one chunk. */
  | { readonly name: 'file-boundary' }
  /** Where the content says so; the chunks have the size on average. */
  | { readonly name: 'content-defined'; readonly chunkSizeBytes: number };

/** How the layers of an image become chunks. */
export interface Chunking {
  readonly strategy: ChunkStrategy;
  /** The index says what each file is, and chunks hold nothing but contents; otherwise a layer is a stream of bytes. */
  readonly filesystem: boolean;
}

/** An image that exists. */
export interface ImageToChunk extends ImageSelection, ReadLimits {
  /** As the user wrote it. */
  readonly text: string;
}

/** `layah chunk add`. Frozen. */
export interface ChunkAddOptions extends Chunking {
  readonly image: ImageToChunk;
  readonly store: string;
  /** What the store calls it; undefined for the name that it has. */
  readonly name: string | undefined;
}

/** `layah chunk compare`. Frozen. */
export interface ChunkCompareOptions {
  readonly images: readonly ImageToChunk[];
  readonly strategies: readonly ChunkStrategy[];
  readonly filesystem: boolean;
  /** Where the picture goes. */
  readonly svg: string | undefined;
}

/** Images of a store, by name, digest or what they were added as; all when there is none. */
export interface ChunkStoreOptions {
  readonly store: string;
  readonly images: readonly string[];
}

/** `layah chunk verify`. Frozen. */
export interface ChunkVerifyOptions {
  readonly store: string;
  /** Damaged chunks are deleted, so that the next add writes them anew. */
  readonly dropDamaged: boolean;
}

/** `layah chunk clean`. Frozen. */
export interface ChunkCleanOptions {
  readonly store: string;
  /** The images too. */
  readonly all: boolean;
}

/** `layah chunk estargz`. Frozen. */
export interface ChunkEstargzOptions extends ChunkStoreOptions {
  readonly layers: LayerOptions;
}

/** `layah chunk restore` and `push`: an image of a store becomes an image for others. Frozen. */
export interface ChunkExportOptions extends LayerOptions {
  readonly store: string;
  /** The only one, where none is named. */
  readonly image: string | undefined;
  readonly output: OutputTarget;
  readonly tag: string | undefined;
}
