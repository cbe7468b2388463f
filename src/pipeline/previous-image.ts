import { openImage } from '../images/open-image.ts';
import { readDocument } from '../images/read-document.ts';
import { type RecordedLayers, readRecordedLayers } from '../images/recorded-layers.ts';
import { selectForPlatform } from '../images/select-manifest.ts';
import { LayahError } from '../model/errors.ts';
import type { PreviousImage } from '../model/layer-plan.ts';
import type { ImageLocation, PlanOptions } from '../model/options.ts';
import { parseManifest } from '../oci/schemas.ts';
import type { RunContext } from './run.ts';

/**
 * What the previous image says of its layers; only its manifest is read. An image that says nothing, or nothing that
 * makes sense, is warned of and counts as none.
 * @throws LayahError when there is no such image.
 */
export async function readPreviousImage(
  { previous, image }: Pick<PlanOptions, 'previous' | 'image'>,
  context: RunContext,
): Promise<PreviousImage | undefined> {
  if (previous === undefined) return undefined;
  const recorded = await readImage(previous, image.platform, context);
  if (recorded.kind === 'image') return recorded.image;
  context.reporter.warn(`the previous image is not used: ${recorded.problem}`);
  return undefined;
}

async function readImage(
  location: ImageLocation,
  platform: PlanOptions['image']['platform'],
  context: RunContext,
): Promise<RecordedLayers> {
  try {
    const store = await openImage(location, context);
    try {
      const descriptor = await selectForPlatform(store, platform);
      const bytes = await readDocument(store, descriptor);
      return readRecordedLayers(parseManifest(bytes, `the manifest ${descriptor.digest}`));
    } finally {
      await store.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof LayahError) || context.signal.aborted) throw thrown;
    const { code, hint = 'For a first build leave --previous out.' } = thrown;
    throw new LayahError({ code, message: 'reading the previous image', hint, cause: thrown });
  }
}
