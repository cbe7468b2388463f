import type { OutputTarget } from '../model/options.ts';
import type { Machine } from './machine.ts';
import { usageError } from './usage-error.ts';

/** The file for a page. @throws LayahError `usage` */
export function parseHtmlPath(text: string | undefined, machine: Machine): string | undefined {
  if (text === undefined) return undefined;
  if (text === '') throw usageError('--html: the path is empty');
  if (text === '-') {
    throw usageError('--html: standard output is not for the page', 'Name a file: --html page.html.');
  }
  if (text.endsWith('/') || machine.isDirectory(text)) {
    throw usageError(`--html: ${text} is a directory`, 'Name a file in it: --html DIR/page.html.');
  }
  return text;
}

/** @throws LayahError `usage` when the page and the image would be the same file. */
export function refusePageAtOutput(htmlPath: string | undefined, output: OutputTarget): void {
  if (htmlPath === undefined || output.kind !== 'oci-archive' || output.path !== htmlPath) return;
  throw usageError(
    `--html: ${htmlPath} is where the image goes`,
    'Name another file for one of the two: --html page.html.',
  );
}
