import { type RawBuildFlags, parseBuildOptions } from '../../config/build-options.ts';
import { buildNotes, buildWarnings } from '../../config/build-warnings.ts';
import { LayahError } from '../../model/errors.ts';
import { type FlagValues, isSet, rawRecordFlags, singleValue } from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { optimizeLater } from '../optimize-later.ts';
import { runWithLog } from '../run-command.ts';
import { printPlan } from '../print-plan.ts';
import { buildSummaryDetails, renderBuildSummary } from '../summary.ts';
import { rawPlanFlags } from './plan.ts';

/** `layah build`. @returns the exit code. @throws LayahError */
export async function build(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  if (isSet(values, 'dry-run')) return dryRun(values, host);
  if (isSet(values, 'json')) throw jsonWithoutDryRun();
  const options = parseBuildOptions(rawBuildFlags(values), host.machine);
  const { runBuild } = await import('../../pipeline/build.ts');
  optimizeLater(process.versions.v8);
  const { result, seconds, log, verbosity } = await runWithLog(values, host, async (context) => {
    for (const warning of buildWarnings(options)) context.reporter.warn(warning);
    for (const note of buildNotes(options)) context.reporter.info(note);
    return runBuild(options, context);
  });
  const columns = host.stderr.columns();
  const lines = renderBuildSummary(result, { seconds, columns, verbose: verbosity > 0 });
  log.summary(lines, buildSummaryDetails(result, { seconds, verbose: verbosity > 0 }));
  return 0;
}

/** Every flag is checked as for the build, but a plan may be written to the terminal. */
async function dryRun(values: FlagValues, host: Host): Promise<number> {
  const machine = { ...host.machine, stdoutIsTerminal: false };
  return printPlan(parseBuildOptions(rawBuildFlags(values), machine), values, host);
}

function jsonWithoutDryRun(): LayahError {
  return new LayahError({
    code: 'usage',
    message: '--json means something only together with --dry-run',
    hint: 'For what a build did as JSON use --log-format json.',
  });
}

export function rawBuildFlags(values: FlagValues): RawBuildFlags {
  return {
    ...rawPlanFlags(values),
    ...rawRecordFlags(values),
    output: singleValue(values, 'output'),
    tag: singleValue(values, 'tag'),
    force: isSet(values, 'force'),
    compression: singleValue(values, 'compression'),
    compressed: isSet(values, 'compressed'),
    gzipEngine: singleValue(values, 'gzip-engine'),
    compressionLevel: singleValue(values, 'compression-level'),
    chunkSize: singleValue(values, 'chunk-size'),
    minChunkSize: singleValue(values, 'min-chunk-size'),
    externalToc: isSet(values, 'external-toc'),
    threads: singleValue(values, 'threads'),
  };
}
