import type { Platform } from './image-config.ts';
import type { ReadLimits } from './options.ts';
import type { NamedImage } from './record-options.ts';

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
}
