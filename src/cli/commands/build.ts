import { type RawBuildFlags, parseBuildOptions } from '../../config/build-options.ts';
import { buildNotes, buildWarnings } from '../../config/build-warnings.ts';
import { allValues, type FlagValues, isSet, singleValue } from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { runWithLog } from '../run-command.ts';
import { buildSummaryDetails, renderBuildSummary } from '../summary.ts';

/** `layah build`. @returns the exit code. @throws LayahError */
export async function build(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseBuildOptions(rawBuildFlags(values), host.machine);
  const { runBuild } = await import('../../pipeline/build.ts');
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

export function rawBuildFlags(values: FlagValues): RawBuildFlags {
  return {
    rootfs: singleValue(values, 'rootfs'),
    prune: allValues(values, 'prune'),
    skipSpecialFiles: isSet(values, 'skip-special-files'),
    components: singleValue(values, 'components'),
    exclusive: allValues(values, 'exclusive'),
    source: allValues(values, 'source'),
    config: singleValue(values, 'config'),
    configStr: singleValue(values, 'config-str'),
    label: allValues(values, 'label'),
    annotation: allValues(values, 'annotation'),
    arch: singleValue(values, 'arch'),
    sourceDateEpoch: singleValue(values, 'source-date-epoch'),
    output: singleValue(values, 'output'),
    tag: singleValue(values, 'tag'),
    force: isSet(values, 'force'),
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
    maxLayers: singleValue(values, 'max-layers'),
    compression: singleValue(values, 'compression'),
    compressed: isSet(values, 'compressed'),
    compressionLevel: singleValue(values, 'compression-level'),
    chunkSize: singleValue(values, 'chunk-size'),
    threads: singleValue(values, 'threads'),
  };
}
