import { buildNotes } from '../../config/build-warnings.ts';
import { type RawConvertFlags, parseConvertOptions } from '../../config/convert-options.ts';
import { convertSummaryDetails, renderConvertSummary } from '../convert-summary.ts';
import {
  allValues,
  type FlagValues,
  isSet,
  rawReadLimits,
  rawRecordFlags,
  singleValue,
} from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { runWithLog } from '../run-command.ts';

/** `layah convert`. @returns the exit code. @throws LayahError */
export async function convert(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseConvertOptions(rawConvertFlags(values), host.machine);
  const { runConvert } = await import('../../pipeline/convert.ts');
  const { result, seconds, log, verbosity } = await runWithLog(values, host, async (context) => {
    for (const note of buildNotes(options)) context.reporter.info(note);
    return runConvert(options, context);
  });
  const columns = host.stderr.columns();
  const lines = renderConvertSummary(result, { seconds, columns, verbose: verbosity > 0 });
  log.summary(lines, convertSummaryDetails(result, { seconds, verbose: verbosity > 0 }));
  return 0;
}

export function rawConvertFlags(values: FlagValues): RawConvertFlags {
  const { src, dst } = values;
  return {
    source: typeof src === 'string' ? src : undefined,
    destination: typeof dst === 'string' ? dst : undefined,
    platform: allValues(values, 'platform'),
    tag: singleValue(values, 'tag'),
    force: isSet(values, 'force'),
    externalToc: isSet(values, 'external-toc'),
    keepDiffId: isSet(values, 'keep-diff-id'),
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
    compression: singleValue(values, 'compression'),
    gzipEngine: singleValue(values, 'gzip-engine'),
    compressionLevel: singleValue(values, 'compression-level'),
    chunkSize: singleValue(values, 'chunk-size'),
    minChunkSize: singleValue(values, 'min-chunk-size'),
    threads: singleValue(values, 'threads'),
    ...rawRecordFlags(values),
    ...rawReadLimits(values),
  };
}
