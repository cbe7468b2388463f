import { fileDestination } from '../output/destination.ts';
import type { Page } from '../reports/page.ts';

/** A page that appears whole, when all the rest is done, or not at all. */
export interface PageFile {
  write(page: Page): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Before any work is done, so that a bad path fails at once. @throws LayahError `write-failed` */
export async function openPageFile(path: string): Promise<PageFile> {
  const destination = await fileDestination(path, 'page');
  return {
    async write(page) {
      // Nothing of what makes pages is loaded where none is asked for.
      const { renderHtmlPage } = await import('../reports/html-page.ts');
      await destination.write(Buffer.from(renderHtmlPage(page), 'utf8'));
    },
    commit: async () => destination.commit(),
    abort: async () => destination.abort(),
  };
}

export interface DescribedRun<Result> {
  readonly run: () => Promise<Result>;
  readonly describe: (result: Result) => Promise<Page>;
}

/** For a run that writes nothing but the page. @throws LayahError `write-failed` and what the run throws */
export async function withPage<Result>(
  path: string,
  { run, describe }: DescribedRun<Result>,
): Promise<Result> {
  const file = await openPageFile(path);
  try {
    const result = await run();
    await file.write(await describe(result));
    await file.commit();
    return result;
  } catch (thrown) {
    await file.abort();
    throw thrown;
  }
}
