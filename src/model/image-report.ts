/*
 * What `layah inspect` knows of an image: plain, frozen data that every format of the report is made of. Layers are
 * counted from 0, from the bottom up; paths are for display, see `displayPath`.
 */
import type { Digest, DiffId } from './digest.ts';
import type { Platform } from './image-config.ts';

export interface ImageReport {
  /** As the user named it. */
  readonly location: string;
  readonly manifestDigest: Digest;
  /** Of the image config: what podman and docker call the image's ID. */
  readonly configDigest: Digest;
  readonly platform: Platform;
  readonly config: ConfigSummary;
  readonly totals: ImageTotals;
  readonly layers: readonly LayerReport[];
  /**
   * annotations: what the layers say of themselves; only a layer of a single component says how large that is.
   * databases: what the sources of `layah build` make of the image, its package databases among them.
   * none: neither is there.
   */
  readonly componentsFrom: 'annotations' | 'databases' | 'none';
  /** In byte order of their names. */
  readonly components: readonly ComponentReport[];
  /** Of those that a container sees, the largest first. */
  readonly largestFiles: readonly StoredFile[];
  readonly duplicates: DuplicateReport;
  readonly overridden: OverriddenReport;
  /** Those that were asked for, in byte order of their paths, every layer's; undefined when none were. */
  readonly files: readonly StoredFile[] | undefined;
}

/** What the config says of running the image; empty where it says nothing. */
export interface ConfigSummary {
  /** RFC 3339. */
  readonly created: string | undefined;
  readonly user: string | undefined;
  readonly workingDirectory: string | undefined;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageTotals {
  readonly layerCount: number;
  readonly componentCount: number;
  /** Everything but directories, in all layers. */
  readonly fileCount: number;
  /** Content bytes of the files of all layers. */
  readonly sizeBytes: number;
  /** Bytes of all layer blobs. */
  readonly compressedBytes: number;
  /** Bytes of all layers as tar; undefined when one of them does not say. */
  readonly tarBytes: number | undefined;
}

/** How a layer is stored. */
export type LayerStorage =
  | {
      readonly kind: 'estargz';
      readonly tocEntryCount: number;
      readonly chunkCount: number;
      /** Gzip members with chunks; as many as chunks unless these share members. */
      readonly memberCount: number;
      /** prefetch: a snapshotter fetches the files before the landmark first. */
      readonly landmark: 'prefetch' | 'no-prefetch' | 'none';
      /** The TOC is in another image. */
      readonly tocIsExternal: boolean;
    }
  | { readonly kind: 'gzip' | 'zstd' | 'plain' };

export interface LayerReport {
  readonly digest: Digest;
  /** Undefined when the config names none. */
  readonly diffId: DiffId | undefined;
  readonly mediaType: string;
  /** In byte order of their names; empty when nothing is known of them. */
  readonly components: readonly LayerComponent[];
  /** Everything but directories. */
  readonly fileCount: number;
  /** Content bytes of its files. */
  readonly sizeBytes: number;
  /** Of the blob. */
  readonly compressedBytes: number;
  /** As tar; undefined when the layer does not say. */
  readonly tarBytes: number | undefined;
  readonly storage: LayerStorage;
  /**
   * How likely a build a week later has another layer in its place, from 0 to 1: estimated as a build would, from what
   * package databases and changelogs say of their packages' dates. Undefined when they were not read, or the image does
   * not say when it was made.
   */
  readonly weeklyUpdateProbability: number | undefined;
}

/** The part of a component that lies in one layer. */
export interface LayerComponent {
  readonly name: string;
  /** Undefined, both, where only the layer's annotation is known, and names others too. */
  readonly fileCount: number | undefined;
  /** Content bytes. */
  readonly sizeBytes: number | undefined;
}

export interface ComponentReport extends LayerComponent {
  readonly layers: readonly number[];
  /** As for layers. */
  readonly weeklyUpdateProbability: number | undefined;
  /** Of its packages, where their database was read and says so. */
  readonly version: string | undefined;
}

/** A file as some layer has it. */
export interface StoredFile {
  readonly path: string;
  /** `file`, `symlink`, `hardlink`, `directory`... */
  readonly kind: string;
  readonly sizeBytes: number;
  readonly layer: number;
  /** Undefined when it is not known. */
  readonly component: string | undefined;
  /** No container sees it: a later layer has replaced or deleted it. */
  readonly isOverridden: boolean;
}

/** The same content several times. */
export interface DuplicateReport {
  /** How many contents are. */
  readonly contentCount: number;
  /** What would be saved if every content were there once. */
  readonly wastedBytes: number;
  /** Those that waste most, the worst first. */
  readonly worst: readonly Duplicate[];
}

export interface Duplicate {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** All of them, also in one layer; hardlinks are no copies. */
  readonly copies: readonly FilePlace[];
}

export interface FilePlace {
  readonly path: string;
  readonly layer: number;
}

/** What clients pull and no container sees. */
export interface OverriddenReport {
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** The largest first. */
  readonly largest: readonly OverriddenFile[];
}

export interface OverriddenFile extends FilePlace {
  readonly sizeBytes: number;
  /** The layer that has another one at the path, or undefined where it was deleted. */
  readonly replacedBy: number | undefined;
}
