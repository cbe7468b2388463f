import { LayahError } from '../model/errors.ts';
import { formatRecord, type RecordedFile } from '../model/record.ts';
import type { RecordOutput } from '../model/record-options.ts';
import { fileDestination, streamDestination } from '../output/destination.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `bad-record` for a record without files, `write-failed` */
export async function writeRecord(
  files: readonly RecordedFile[],
  output: RecordOutput,
  { stdout, signal }: RunContext,
): Promise<void> {
  if (files.length === 0) throw emptyRecord();
  const bytes = Buffer.from(formatRecord(files), 'utf8');
  const destination =
    output.kind === 'stdout'
      ? streamDestination(stdout, signal)
      : await fileDestination(output.path, 'record');
  try {
    await destination.write(bytes);
    await destination.commit();
  } catch (thrown) {
    await destination.abort();
    throw thrown;
  }
}

function emptyRecord(): LayahError {
  return new LayahError({
    code: 'bad-record',
    message: 'the record would be empty: there is nothing to prefetch',
  });
}
