import type { ImageStore } from '../images/image-store.ts';
import type { SelectedImage } from '../images/list-image.ts';
import { readDocument } from '../images/read-document.ts';
import { LayahError } from '../model/errors.ts';
import type { ImageSelection } from '../model/inspect-options.ts';
import { formatPlatform, matchesPlatform, platformOf } from '../model/platform.ts';
import { parseImageConfig } from '../oci/schemas.ts';
import { withManifest } from './open-manifest.ts';
import type { RunContext } from './run.ts';

/**
 * Opens the one image that is meant for as long as `use` takes.
 * @throws LayahError `bad-image` when there is none, it is not clear which one is meant, or it is for another platform.
 */
export async function withSelectedImage<Result>(
  selection: ImageSelection,
  context: RunContext,
  use: (store: ImageStore, image: SelectedImage) => Promise<Result>,
): Promise<Result> {
  const { platform, machinePlatform } = selection;
  const named = { ...selection, platform: platform ?? machinePlatform };
  return withManifest(named, context, async (store, { manifest, descriptor }) => {
    const bytes = await readDocument(store, manifest.config);
    const config = parseImageConfig(bytes, `the image config ${manifest.config.digest}`);
    const actual = platformOf(config);
    if (platform !== undefined && !matchesPlatform(platform)(actual)) {
      throw new LayahError({
        code: 'bad-image',
        message: `${store.location} is for ${formatPlatform(actual)}, not for ${formatPlatform(platform)}`,
        hint: 'Leave --platform out, or name another image.',
      });
    }
    return use(store, { descriptor, manifest, config });
  });
}
