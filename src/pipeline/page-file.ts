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

/** For a command whose only file is the page. @param makePage - called when the path can be written to. */
export async function writePage(path: string, makePage: () => Promise<Page>): Promise<void> {
  const file = await openPageFile(path);
  try {
    await file.write(await makePage());
    await file.commit();
  } catch (thrown) {
    await file.abort();
    throw thrown;
  }
}
