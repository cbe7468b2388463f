import type { Platform } from './image-config.ts';
import type { ImageLocation, OutputTarget } from './options.ts';
import type { RecordedFile } from './record.ts';

/** Where the text of a record goes. */
export type RecordOutput = { readonly kind: 'stdout' } | { readonly kind: 'file'; readonly path: string };

/** One image of those at a location. */
export interface NamedImage {
  readonly location: ImageLocation;
  /** Its org.opencontainers.image.ref.name, where there are several. */
  readonly tag: string | undefined;
}

/** One line of a list: a path or a glob, absolute or not. */
export interface RecordPattern {
  readonly lineNumber: number;
  readonly text: string;
}

export interface RecordFromPathsOptions {
  readonly patterns: readonly RecordPattern[];
  /** Names the list in warnings. */
  readonly origin: string;
  /** Where the paths are looked up; undefined takes them as they are. */
  readonly rootfs: string | undefined;
  readonly output: RecordOutput;
}

export interface RecordFromImageOptions {
  readonly image: NamedImage;
  readonly output: RecordOutput;
}

export interface RecordRunOptions {
  readonly target:
    | { readonly kind: 'rootfs'; readonly rootfs: string }
    /** An image that podman has, with more arguments for `podman run`. */
    | { readonly kind: 'podman'; readonly image: string; readonly podmanArguments: readonly string[] };
  /** Empty for what the image runs by itself. */
  readonly command: readonly string[];
  readonly stopAfterSeconds: number | undefined;
  readonly output: RecordOutput;
}

export interface RecordPushOptions {
  readonly files: readonly RecordedFile[];
  readonly output: OutputTarget;
  readonly tag: string | undefined;
  readonly platform: Platform;
}

/** Where build and convert take a record from. */
export type RecordSource =
  | { readonly kind: 'files'; readonly files: readonly RecordedFile[]; readonly origin: string }
  | { readonly kind: 'record-image'; readonly image: NamedImage; readonly origin: string }
  /** What an eStargz image prefetches. */
  | { readonly kind: 'copy'; readonly image: NamedImage; readonly origin: string };
