/*
 * layah diff: what a client that has one image downloads for another.
 */
import type { DiffReport } from '../model/diff-report.ts';
import type { DiffOptions, ImageSelection } from '../model/inspect-options.ts';
import { reportDiff } from './diff-report.ts';
import { withSelectedImage } from './open-selected-image.ts';
import { type ClaimedReading, createReadingCache, readClaimedImage } from './read-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `bad-image` when one of the images is not there, or is damaged. */
export async function runDiff(options: DiffOptions, context: RunContext): Promise<DiffReport> {
  const cache = createReadingCache();
  const read = (selection: ImageSelection): Promise<ClaimedReading> =>
    withSelectedImage(selection, context, (store, image) =>
      readClaimedImage({ store, image }, { limits: options, cache, context }),
    );
  // One after the other: what the second shares with the first is not read again.
  const old = await read(options.old);
  const updated = await read(options.new);
  return reportDiff({ old, new: updated, listsFiles: options.listsFiles });
}
