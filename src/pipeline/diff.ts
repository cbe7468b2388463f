/*
 * layah diff: what a client that has one image downloads for another.
 */
import type { ContentDefinedDownload, DiffReport } from '../model/diff-report.ts';
import type { DiffOptions, ImageSelection } from '../model/inspect-options.ts';
import type { Page } from '../reports/page.ts';
import { type ComparedImage, comparedImage } from './compared-image.ts';
import { createContentDefinedComparison } from './diff-content-defined.ts';
import { reportDiff } from './diff-report.ts';
import { withSelectedImage } from './open-selected-image.ts';
import { createReadingCache, readSourcedImage } from './read-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `bad-image` when one of the images is not there, or is damaged. */
export async function runDiff(options: DiffOptions, context: RunContext): Promise<DiffReport> {
  const run = () => diffImages(options, context);
  if (options.htmlPath === undefined) return run();
  const { withPage } = await import('./page-file.ts');
  return withPage(options.htmlPath, { run, describe });
}

/** What makes pages is loaded where one is asked for. */
async function describe(report: DiffReport): Promise<Page> {
  const { diffPage } = await import('../reports/diff-page.ts');
  return diffPage(report);
}

async function diffImages(options: DiffOptions, context: RunContext): Promise<DiffReport> {
  const cache = createReadingCache({ dates: false });
  const { contentDefinedBytes: averageBytes } = options;
  const comparison = averageBytes === undefined ? undefined : createContentDefinedComparison(averageBytes);
  const read = (selection: ImageSelection, before?: Promise<ReadSide>): Promise<ReadSide> =>
    withSelectedImage(selection, context, async (store, image) => {
      await before;
      const opened = { store, image };
      const reading = await readSourcedImage(opened, { limits: options, cache, context });
      const contentDefined = await comparison?.cut(opened, options, context);
      return { compared: comparedImage(reading), contentDefined };
    });
  // Opened at once, but read one after the other: what the second shares with the first is not read again.
  const reading = read(options.old);
  const readingNew = read(options.new, reading);
  // Should both fail, the first is told of.
  readingNew.catch(() => {});
  const old = await reading;
  const updated = await readingNew;
  const { listsFiles } = options;
  const { contentDefined } = updated;
  return reportDiff({ old: old.compared, new: updated.compared, listsFiles, contentDefined });
}

interface ReadSide {
  readonly compared: ComparedImage;
  readonly contentDefined: ContentDefinedDownload | undefined;
}
