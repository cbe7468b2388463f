/*
 * layah inspect: what is in an image. Of layers with a TOC only that is read, and package databases when they are asked for.
 */
import type { StoredEntry } from '../images/stored-entries.ts';
import { LayahError } from '../model/errors.ts';
import type { ImageReport } from '../model/image-report.ts';
import type { InspectOptions } from '../model/inspect-options.ts';
import { createPathMatcher } from '../model/path-matcher.ts';
import type { Page } from '../reports/page.ts';
import type { ComponentLookup } from './component-lookup.ts';
import { reportImage } from './inspect-report.ts';
import { withSelectedImage } from './open-selected-image.ts';
import { createReadingCache, readClaimedImage, readImage } from './read-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `bad-image` when there is no such image, it is damaged or has no component of the name. */
export async function runInspect(options: InspectOptions, context: RunContext): Promise<ImageReport> {
  const run = () => inspectImage(options, context);
  if (options.htmlPath === undefined) return run();
  const { withPage } = await import('./page-file.ts');
  return withPage(options.htmlPath, { run, describe });
}

/** What makes pages is loaded where one is asked for. */
async function describe(report: ImageReport): Promise<Page> {
  const { inspectPage } = await import('../reports/inspect-page.ts');
  return inspectPage(report);
}

async function inspectImage(options: InspectOptions, context: RunContext): Promise<ImageReport> {
  const { image: selection, readsDatabases } = options;
  return withSelectedImage(selection, context, async (store, image) => {
    const opened = { store, image };
    const reading = readsDatabases
      ? await readClaimedImage(opened, {
          limits: options,
          cache: createReadingCache({ dates: true }),
          context,
        })
      : { ...(await readImage(opened, options, context)), claimed: undefined };
    const report = reportImage({ ...reading, isListed: listedFiles(options, reading.lookup) });
    refuseUnknown(options, report);
    return report;
  });
}

function listedFiles(
  { files, component }: InspectOptions,
  lookup: ComponentLookup,
): ((entry: StoredEntry) => boolean) | undefined {
  if (files === undefined && component === undefined) return undefined;
  const matches = files === undefined ? () => true : createPathMatcher(files);
  const belongs = ({ header, layer }: StoredEntry): boolean =>
    component === undefined || (header.kind !== 'directory' && lookup.find(header.path, layer) === component);
  return (entry) => matches(entry.header.path) && belongs(entry);
}

function refuseUnknown({ component }: InspectOptions, { components, location }: ImageReport): void {
  if (component === undefined || components.some(({ name }) => name === component)) return;
  const alike = components.filter(({ name }) => name.includes(component)).slice(0, 5);
  throw new LayahError({
    code: 'usage',
    message: `--component: ${location} has no component ${JSON.stringify(component)}`,
    hint:
      alike.length === 0
        ? 'layah inspect --databases --json lists all of them.'
        : `Is it ${alike.map(({ name }) => name).join(', ')}?`,
  });
}
