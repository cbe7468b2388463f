import type { ComponentMap } from './component-map.ts';
import type { SourceName } from './component.ts';
import type { EngineRequest } from './gzip-engine.ts';
import type { Platform, SourceImage } from './image-config.ts';
import type { LayerFormat } from './layer.ts';
import type { RecordSource } from './record-options.ts';
import type { RegistryAccess, RegistryReference } from './registry-reference.ts';
import type { RootfsPath } from './rootfs-path.ts';

export type OutputTarget =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'oci-archive'; readonly path: string }
  /** replace: an OCI layout that is there may be replaced. */
  | { readonly kind: 'oci-directory'; readonly path: string; readonly replace: boolean }
  | RegistryImage;

/** `/p` drops p and all below it; `/p/` keeps the directory p and drops all below it. */
export interface PrunePattern {
  readonly path: RootfsPath;
  readonly keepDirectory: boolean;
}

/** How layers are written. */
export interface LayerOptions {
  readonly format: LayerFormat;
  readonly engine: EngineRequest;
  readonly chunkSizeBytes: number;
  /** Chunks share a gzip member until it has so many compressed bytes; 0 when each has its own. */
  readonly minChunkSizeBytes: number;
  /** The TOCs of eStargz layers go to an image of their own. */
  readonly externalToc: boolean;
  readonly threads: number;
}

/** What stores or runs images, and limits how many layers they have. */
export const LAYER_TARGETS = ['docker', 'containerd', 'containers-storage'] as const;

export type LayerTarget = (typeof LAYER_TARGETS)[number];

/** `layah plan`: which layer holds what, with every default resolved. Frozen. */
export interface PlanOptions {
  readonly rootfs: string;
  readonly prune: readonly PrunePattern[];
  readonly skipSpecialFiles: boolean;
  readonly image: SourceImage;
  /** Upper bound of every mtime and the image's `created`, whole seconds since 1970. */
  readonly createdSeconds: number;
  readonly componentMap: ComponentMap | undefined;
  readonly enabledSources: readonly SourceName[];
  /** Names of components that get a layer of their own, with or without their source, as they were typed. */
  readonly exclusiveComponents: readonly string[];
  readonly targets: readonly LayerTarget[];
  readonly maxLayers: number;
  /** Of the uncompressed layer; undefined for no limit. */
  readonly maxLayerSizeBytes: number | undefined;
  /** The plan knows no update after it; undefined for the default. */
  readonly planEpochSeconds: number | undefined;
  /** The image whose plan goes on. */
  readonly previous: ImageLocation | undefined;
  /** Where a page about it goes. */
  readonly htmlPath: string | undefined;
}

/** `layah build`, with every default resolved. Frozen. */
export interface BuildOptions extends PlanOptions, LayerOptions {
  readonly output: OutputTarget;
  readonly tag: string | undefined;
  /** The files to prefetch. */
  readonly record: RecordSource | undefined;
}

export type ImageLocation =
  | { readonly kind: 'oci-archive'; readonly path: string }
  | { readonly kind: 'docker-archive'; readonly path: string }
  | { readonly kind: 'oci-directory'; readonly path: string }
  | RegistryImage;

export interface RegistryImage {
  readonly kind: 'registry';
  readonly reference: RegistryReference;
  readonly access: RegistryAccess;
}

/** `layah convert`, with every default resolved. Frozen. */
export interface ConvertOptions extends LayerOptions, ReadLimits {
  readonly source: ImageLocation;
  /** Which image of SRC, when there are several. */
  readonly sourceTag: string | undefined;
  readonly output: OutputTarget;
  /** The new image's name; undefined for the one that it has. */
  readonly tag: string | undefined;
  /** Empty for all; one without a variant means all variants. */
  readonly platforms: readonly Platform[];
  /** Layers keep their uncompressed bytes, and so the image its config. */
  readonly keepDiffId: boolean;
  /** Level or engine were asked for: they matter also for layers that have the wanted format already. */
  readonly enforcesLevel: boolean;
  /** The files to prefetch. */
  readonly record: RecordSource | undefined;
}

/** How much of an image that nobody trusts is read. */
export interface ReadLimits {
  /** What the layers may inflate to; undefined for what no honest image exceeds. */
  readonly maxInflatedBytes?: number | undefined;
  /** How many entries the layers may have; likewise. */
  readonly maxEntries?: number | undefined;
}

/** `layah verify`. Frozen. */
export interface VerifyOptions extends ReadLimits {
  readonly image: ImageLocation;
  /** Which image of an index with several: its org.opencontainers.image.ref.name. */
  readonly tag: string | undefined;
  readonly rootfs: string | undefined;
  readonly prune: readonly PrunePattern[];
  readonly skipSpecialFiles: boolean;
}
