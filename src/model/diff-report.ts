/*
 * What `layah diff` knows of an update from one image to another: plain, frozen data that every format of the report is
 * made of. Layers are counted from 0, from the bottom up; paths are for display, see `displayPath`.
 */
import type { Digest } from './digest.ts';
import type { Platform } from './image-config.ts';

export interface DiffReport {
  readonly old: DiffSide;
  readonly new: DiffSide;
  /** Those of the new image, then those that are gone. */
  readonly layers: readonly DiffLayer[];
  readonly totals: Readonly<Record<LayerFate, LayerTotals>>;
  readonly download: Download;
  /** Layer by layer, but of eStargz layers only the chunks that the old image has not; what lazy and partial pulls do. */
  readonly chunks: ChunkDownload;
  /** Of the layers as FastCDC cuts them; undefined unless it was asked for. */
  readonly contentDefined: ContentDefinedDownload | undefined;
  /** All components of both images, in byte order of their names. */
  readonly components: readonly DiffComponent[];
  /** What differs, in byte order of the paths; undefined unless it was asked for. */
  readonly files: readonly DiffFile[] | undefined;
}

export interface DiffSide {
  /** As the user named it. */
  readonly location: string;
  readonly manifestDigest: Digest;
  readonly platform: Platform;
  readonly layerCount: number;
  /** Content bytes of the files of all layers. */
  readonly sizeBytes: number;
  /** Of all layer blobs. */
  readonly compressedBytes: number;
}

/** shared: in both images, so that a client has it. new: only in the new image. gone: only in the old one. */
export const LAYER_FATES = ['shared', 'new', 'gone'] as const;

export type LayerFate = (typeof LAYER_FATES)[number];

export interface DiffLayer {
  readonly fate: LayerFate;
  readonly digest: Digest;
  /** In the image that it is taken from. */
  readonly index: number;
  /** A layer of the other image has the same uncompressed bytes, compressed in another way. */
  readonly isRecompressed: boolean;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  /** As tar; undefined when the layer does not say. */
  readonly tarBytes: number | undefined;
  readonly componentNames: readonly string[];
}

/** Of distinct layers: an image may have one twice. */
export interface LayerTotals {
  readonly layerCount: number;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly tarBytes: number | undefined;
}

/** What a client that has the old image fetches for the new one, whole layers. */
export interface Download {
  readonly layerCount: number;
  readonly layerBytes: number;
  /** 0 when both images have the same config. */
  readonly configBytes: number;
  /** Layers and config: all blobs. */
  readonly blobBytes: number;
  /** Of the blobs of the new image; from 0 to 1. */
  readonly share: number;
}

export interface ChunkDownload {
  /** Of the new layers that are eStargz. */
  readonly chunkCount: number;
  /** Of which the old image has the same bytes. */
  readonly sharedChunkCount: number;
  /** Content bytes of the others. */
  readonly newChunkBytes: number;
  /** Of the gzip members that hold them. */
  readonly newMemberBytes: number;
  /** Of new layers that are not eStargz: they are fetched as a whole. */
  readonly otherLayerBytes: number;
  /** Members and other layers; what TOCs and headers take comes on top. */
  readonly downloadBytes: number;
}

export interface ContentDefinedDownload {
  readonly averageChunkBytes: number;
  readonly chunkCount: number;
  readonly sharedChunkCount: number;
  /** Contents of the new layers' files. */
  readonly sizeBytes: number;
  /** Of the chunks that the old image has not. */
  readonly newChunkBytes: number;
}

/**
 * updated: some file of it is another one. repacked: nothing of it has changed, but a layer that holds it has.
 * unchanged: all its layers are shared.
 */
export type ComponentFate = 'added' | 'removed' | 'updated' | 'repacked' | 'unchanged';

export interface DiffComponent {
  readonly name: string;
  readonly fate: ComponentFate;
  /** What the package database says; undefined where it says nothing, or there is no such component. */
  readonly oldVersion: string | undefined;
  readonly newVersion: string | undefined;
  /** Content bytes in all layers. */
  readonly oldBytes: number;
  readonly newBytes: number;
  /** Content bytes in new layers. */
  readonly downloadBytes: number;
  readonly files: FileCounts;
}

export interface FileCounts {
  readonly added: number;
  readonly removed: number;
  /** Content, kind or link target. */
  readonly changed: number;
  /** Nothing but mode, owner, time or extended attributes. */
  readonly touched: number;
}

export interface DiffFile {
  readonly path: string;
  readonly change: keyof FileCounts;
  /** Undefined where there is none; 0 for what is no regular file. */
  readonly oldBytes: number | undefined;
  readonly newBytes: number | undefined;
  readonly component: string | undefined;
}
