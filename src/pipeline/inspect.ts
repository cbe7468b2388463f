/*
 * layah inspect: what is in an image. Of layers with a TOC only that is read.
 */
import { listImage } from '../images/list-image.ts';
import { recordedComponentNames } from '../images/recorded-layers.ts';
import { mergeListed, type StoredEntry } from '../images/stored-entries.ts';
import type { ImageReport } from '../model/image-report.ts';
import type { InspectOptions } from '../model/inspect-options.ts';
import { createPathMatcher } from '../model/path-matcher.ts';
import { createComponentLookup } from './component-lookup.ts';
import { reportImage } from './inspect-report.ts';
import { withSelectedImage } from './open-selected-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `bad-image` when there is no such image, or it is damaged. */
export async function runInspect(options: InspectOptions, context: RunContext): Promise<ImageReport> {
  return withSelectedImage(options.image, context, async (store, image) => {
    const layers = await listImage(store, image, { limits: options, ...context });
    const contents = mergeListed(layers);
    const recorded = layers.map(({ descriptor }) => recordedComponentNames(descriptor));
    const lookup = createComponentLookup(recorded, undefined);
    const isListed = listedFiles(options);
    return reportImage({ location: store.location, image, layers, contents, lookup, isListed });
  });
}

function listedFiles({ files }: InspectOptions): ((entry: StoredEntry) => boolean) | undefined {
  if (files === undefined) return undefined;
  const matches = createPathMatcher(files);
  return ({ header }) => matches(header.path);
}
