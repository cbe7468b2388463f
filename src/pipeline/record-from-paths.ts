import type { RecordedFile } from '../model/record.ts';
import type { RecordFromPathsOptions, RecordPattern } from '../model/record-options.ts';
import { displayBytes, encodeUtf8, rootfsPathFromText } from '../model/rootfs-path.ts';
import { selectFiles } from '../records/select-files.ts';
import { openRootfs } from '../scan/open-rootfs.ts';
import { scanRootfs } from '../scan/scan.ts';
import type { RecordSummary, RunContext } from './run.ts';
import { writeRecord } from './write-record.ts';

/** `layah record from-paths`. Warns of every pattern that names no file. @throws LayahError */
export async function runRecordFromPaths(
  options: RecordFromPathsOptions,
  context: RunContext,
): Promise<RecordSummary> {
  const { patterns, rootfs, output } = options;
  const files =
    rootfs === undefined
      ? patterns.map(({ text }): RecordedFile => ({ path: rootfsPathFromText(text) }))
      : await selectBelow(rootfs, options, context);
  await writeRecord(files, output, context);
  return { fileCount: files.length };
}

async function selectBelow(
  hostDirectory: string,
  { patterns, origin }: RecordFromPathsOptions,
  { reporter, signal }: RunContext,
): Promise<RecordedFile[]> {
  const rootfs = openRootfs(hostDirectory);
  try {
    const scan = await scanRootfs(rootfs, { prune: [], skipSpecialFiles: true, reporter, signal });
    const { paths, unmatched } = selectFiles(patterns, scan);
    for (const pattern of unmatched) reporter.warn(notMatched(pattern, origin));
    return paths.map((path) => ({ path }));
  } finally {
    rootfs.close();
  }
}

function notMatched({ lineNumber, text }: RecordPattern, origin: string): string {
  const shown = displayBytes(encodeUtf8(text));
  return `line ${lineNumber} of ${origin}: no file of the root filesystem is called "${shown}"`;
}
