import type { ImageStore } from '../images/image-store.ts';
import { openImage } from '../images/open-image.ts';
import type { LocatedManifest } from '../images/prefetched-files.ts';
import { readDocument } from '../images/read-document.ts';
import { selectForPlatform, selectManifest } from '../images/select-manifest.ts';
import type { Platform } from '../model/image-config.ts';
import type { NamedImage } from '../model/record-options.ts';
import { parseManifest } from '../oci/schemas.ts';
import type { RunContext } from './run.ts';

export interface ManifestSelection extends NamedImage {
  /** Of several images that of this platform; undefined: there may only be one. */
  readonly platform?: Platform;
}

/**
 * Opens an image for as long as `use` takes.
 * @throws LayahError `bad-image` when there is none, or it is not clear which one is meant.
 */
export async function withManifest<Result>(
  { location, tag, platform }: ManifestSelection,
  context: RunContext,
  use: (store: ImageStore, located: LocatedManifest) => Promise<Result>,
): Promise<Result> {
  const store = await openImage(location, context);
  try {
    const descriptor = await (platform === undefined
      ? selectManifest(store, tag)
      : selectForPlatform(store, platform, tag));
    const manifest = parseManifest(
      await readDocument(store, descriptor),
      `the manifest ${descriptor.digest}`,
    );
    return await use(store, { manifest, descriptor });
  } finally {
    await store.close();
  }
}
