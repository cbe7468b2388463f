import type { Platform } from './image-config.ts';
import type { PlanOptions, ReadLimits } from './options.ts';
import type { NamedImage } from './record-options.ts';
import type { RootfsPath } from './rootfs-path.ts';

/** One image to look into. */
export interface ImageSelection extends NamedImage {
  /** `--platform`: any other is refused. */
  readonly platform: Platform | undefined;
  /** Of several images that of this machine is meant, when nothing else is said. */
  readonly machinePlatform: Platform;
}

/** `layah inspect`. Frozen. */
export interface InspectOptions extends ReadLimits {
  readonly image: ImageSelection;
  /** `--files`: segments of a glob; undefined for no list of files. */
  readonly files: readonly string[] | undefined;
  /** Only what belongs to it; undefined for everything. */
  readonly component: string | undefined;
  /** Package databases are read too: they say which file belongs to which component. */
  readonly readsDatabases: boolean;
  /** Where a page about it goes. */
  readonly htmlPath: string | undefined;
}

/** What an update may download. */
export type DownloadLimit =
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Of all blobs of the new image. */
  | { readonly kind: 'percent'; readonly percent: number };

/** `layah diff`. Frozen. */
export interface DiffOptions extends ReadLimits {
  readonly old: ImageSelection;
  readonly new: ImageSelection;
  readonly listsFiles: boolean;
  /** Average of the content-defined chunks that are counted too; undefined for none. */
  readonly contentDefinedBytes: number | undefined;
  readonly failAbove: DownloadLimit | undefined;
  /** Where a page about it goes. */
  readonly htmlPath: string | undefined;
}

/** `layah explain`. Frozen. */
export type ExplainOptions =
  | ({ readonly kind: 'image'; readonly path: RootfsPath; readonly image: ImageSelection } & ReadLimits)
  /** What the build with these options would do. */
  | { readonly kind: 'rootfs'; readonly path: RootfsPath; readonly plan: PlanOptions };
