import type { Digest } from '../model/digest.ts';
import type { Finding } from '../model/finding.ts';
import type { GzipEngine } from '../model/gzip-engine.ts';
import type { Platform } from '../model/image-config.ts';
import type { LayerReason } from '../model/layer-plan.ts';
import type { LayerBlob } from '../model/layer.ts';
import type { Reporter } from '../model/reporter.ts';
import type { LayerToc } from '../oci/toc-manifest.ts';

/** What every command's run gets besides its options. */
export interface RunContext {
  readonly reporter: Reporter;
  /** Aborted by SIGINT and SIGTERM; its reason is the LayahError to end with. */
  readonly signal: AbortSignal;
  /** Where an archive for `-o -` goes; nothing else is ever written to it. */
  readonly stdout: NodeJS.WritableStream;
}

export interface SourceSummary {
  readonly source: string;
  readonly packageCount: number | undefined;
  readonly componentCount: number;
  readonly fileCount: number;
  /** Content bytes. */
  readonly sizeBytes: number;
}

export interface LayerSummary {
  readonly componentNames: readonly string[];
  /** In the order of the names. */
  readonly fingerprints: readonly string[];
  readonly fileCount: number;
  /** Content bytes of its regular files. */
  readonly contentBytes: number;
  readonly blob: LayerBlob;
  /** Where its TOC is external. */
  readonly toc: LayerToc | undefined;
}

export interface BuildSummary {
  readonly manifestDigest: Digest;
  /** What compressed the layers; undefined for tar as it is. */
  readonly engine: GzipEngine | undefined;
  readonly layers: readonly LayerSummary[];
  readonly sources: readonly SourceSummary[];
  readonly fileCount: number;
  readonly contentBytes: number;
  /** Bytes of all layer blobs. */
  readonly layerBytes: number;
  /** Where the TOCs of its layers are external. */
  readonly tocImage: TocImageSummary | undefined;
}

export interface TocImageSummary {
  readonly manifestDigest: Digest;
  /** Bytes of all TOC blobs. */
  readonly tocBytes: number;
}

/**
 * kept: the previous image has a layer of the same components, and nothing says that one of them has changed.
 * repacked: something of it was in the previous image.
 * new: nothing of it was.
 */
export type LayerChange = 'kept' | 'repacked' | 'new';

export interface PlannedLayerSummary {
  readonly components: readonly PlannedComponentSummary[];
  /** Of the tar, before compression. */
  readonly sizeBytes: number;
  /** How likely an image that is built a week later has another layer in its place, from 0 to 1. */
  readonly weeklyUpdateProbability: number;
  /** What a client pulls again for it, on average, each week; before compression. */
  readonly weeklyBytes: number;
  readonly reason: LayerReason;
  /** Undefined when there is no previous image. */
  readonly change: LayerChange | undefined;
}

export interface PlannedComponentSummary {
  readonly name: string;
  /** Of the tar of a layer that holds nothing else. */
  readonly sizeBytes: number;
}

export interface PlanReport {
  /** From the bottom up. */
  readonly layers: readonly PlannedLayerSummary[];
  readonly sizeBytes: number;
  readonly weeklyBytes: number;
  /** Components of the previous image that are no more. */
  readonly removedComponents: readonly string[];
}

export type LayerOutcome =
  | { readonly kind: 'kept' }
  | { readonly kind: 'converted' }
  /** It became plain gzip, since eStargz cannot express it. */
  | { readonly kind: 'not-expressible'; readonly obstacle: string };

export interface ConvertedLayerSummary {
  readonly outcome: LayerOutcome;
  readonly sourceDigest: Digest;
  readonly sourceBytes: number;
  readonly digest: Digest;
  readonly bytes: number;
}

export interface ConvertedImageSummary {
  readonly platform: Platform;
  readonly manifestDigest: Digest;
  /** Bottom layer first. */
  readonly layers: readonly ConvertedLayerSummary[];
}

export interface ConvertSummary {
  /** Of the new image: its manifest, or its index when it is for several platforms. */
  readonly digest: Digest;
  readonly images: readonly ConvertedImageSummary[];
  /** Those of all images, every one once. */
  readonly layers: readonly ConvertedLayerSummary[];
}

export interface VerifyReport {
  /** Undefined when nobody knows which manifest is meant, which is a finding. */
  readonly manifestDigest: Digest | undefined;
  readonly layerCount: number;
  readonly estargzLayerCount: number;
  readonly tocEntryCount: number;
  readonly chunkCount: number;
  /** Entries of the merged tree; the comparison with a root filesystem covered as many. */
  readonly treeEntryCount: number;
  readonly comparedWithRootfs: boolean;
  readonly findings: readonly Finding[];
}

export interface RecordSummary {
  readonly fileCount: number;
}
