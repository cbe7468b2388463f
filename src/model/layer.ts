import type { Digest, DiffId } from './digest.ts';
import type { LayerEntry } from './entry.ts';

export type LayerFormat = 'estargz' | 'gzip' | 'none';

/** A layer before it is written: pure data. */
export interface LayerContents {
  readonly format: LayerFormat;
  /** Parents before children, a hardlink after its target, the root (if any) first. */
  readonly entries: readonly LayerEntry[];
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
}
