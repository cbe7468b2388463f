import type { Digest, DiffId } from './digest.ts';
import type { LayerEntry } from './entry.ts';

export type LayerFormat = 'estargz' | 'gzip' | 'none';

/** A layer before it is written: pure data. */
export interface LayerContents {
  readonly format: LayerFormat;
  /** Parents before children, a hardlink after its target, the root (if any) first. */
  readonly entries: readonly LayerEntry[];
  readonly source: ContentSource;
  /** So many of the first entries are to be prefetched by a snapshotter; 0 for none. Only eStargz can say so. */
  readonly prefetchedEntryCount: number;
}

/** Where the contents of files are read from. */
export type ContentSource =
  /** The root filesystem of the build, by path. */
  | { readonly kind: 'rootfs' }
  /** An uncompressed tar, of which entries are taken. */
  | TarSource
  /**
   * An uncompressed tar of which every byte is kept: headers, padding and whatever follows the end of the archive. The
   * entries are those that the TOC lists, in the order of the tar; what they leave out stays in the tar all the same.
   */
  | (Omit<TarSource, 'kind' | 'headerOffsets'> & {
      readonly kind: 'verbatim-tar';
      readonly sizeBytes: number;
    });

export interface TarSource {
  readonly kind: 'tar';
  /** An open file; all threads of a process share it. */
  readonly descriptor: number;
  /** One an entry: where its content starts in the tar. Of no meaning where there is no content. */
  readonly offsets: readonly number[];
  /**
   * One an entry: where its headers start, which then are kept to the byte up to where its content starts; undefined
   * when headers are to be written anew.
   */
  readonly headerOffsets?: readonly number[];
}

/** A written layer. */
export interface LayerBlob {
  readonly format: LayerFormat;
  readonly digest: Digest;
  readonly diffId: DiffId;
  readonly sizeBytes: number;
  /** The whole tar stream, with the TOC entry where there is one. */
  readonly uncompressedSizeBytes: number;
  /** SHA-256 of the TOC's JSON; only for eStargz. */
  readonly tocDigest: Digest | undefined;
  /** Identity of the engine that compressed it; undefined for tar as it is. */
  readonly deflatedBy: string | undefined;
}

/** A TOC that stands outside of its layer, in a blob of its own: one gzip member, a tar with the TOC as its only entry. */
export interface TocBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
}
