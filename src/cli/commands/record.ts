import {
  parseFromImageOptions,
  parseFromPathsOptions,
  parseRecordPushOptions,
  parseRecordRunOptions,
  type RawRecordImageFlags,
} from '../../config/record-options.ts';
import type { RecordSummary, RunContext } from '../../pipeline/run.ts';
import {
  allValues,
  type FlagValues,
  isSet,
  positionalValue,
  singleValue,
  valuesAfterDashes,
} from '../flag-values.ts';
import type { Host } from '../host.ts';
import { formatCount } from '../../model/human-numbers.ts';
import { parseLogSettings } from '../log-settings.ts';
import { runWithLog } from '../run-command.ts';

/** `layah record from-paths`. @returns the exit code. @throws LayahError */
export async function recordFromPaths(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const flags = {
    list: positionalValue(values, 'list'),
    rootfs: singleValue(values, 'rootfs'),
    output: singleValue(values, 'output'),
  };
  const options = parseFromPathsOptions(flags, host.machine);
  const { runRecordFromPaths } = await import('../../pipeline/record-from-paths.ts');
  return recordWithLog(values, host, (context) => runRecordFromPaths(options, context));
}

/** `layah record from-image`. @returns the exit code. @throws LayahError */
export async function recordFromImage(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseFromImageOptions(rawImageFlags(values), host.machine);
  const { runRecordFromImage } = await import('../../pipeline/record-image.ts');
  return recordWithLog(values, host, (context) => runRecordFromImage(options, context));
}

/** `layah record run`. @returns the exit code. @throws LayahError */
export async function recordRun(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseRecordRunOptions({
    rootfs: singleValue(values, 'rootfs'),
    image: singleValue(values, 'image'),
    podmanArgument: allValues(values, 'podman-arg'),
    stopAfter: singleValue(values, 'stop-after'),
    output: singleValue(values, 'output'),
    command: valuesAfterDashes(values),
  });
  const { runRecordRun } = await import('../../pipeline/record-run.ts');
  return recordWithLog(values, host, (context) => runRecordRun(options, context));
}

/** `layah record push`. @returns the exit code. @throws LayahError */
export async function recordPush(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const flags = {
    record: positionalValue(values, 'record'),
    output: singleValue(values, 'output'),
    tag: singleValue(values, 'tag'),
    force: isSet(values, 'force'),
    ...registryFlags(values),
  };
  const options = parseRecordPushOptions(flags, host.machine);
  const { runRecordPush } = await import('../../pipeline/record-image.ts');
  return recordWithLog(values, host, (context) => runRecordPush(options, context));
}

/** `layah record pull`. @returns the exit code. @throws LayahError */
export async function recordPull(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseFromImageOptions(rawImageFlags(values), host.machine);
  const { runRecordPull } = await import('../../pipeline/record-image.ts');
  return recordWithLog(values, host, (context) => runRecordPull(options, context));
}

async function recordWithLog(
  values: FlagValues,
  host: Host,
  run: (context: RunContext) => Promise<RecordSummary>,
): Promise<number> {
  const { result, log } = await runWithLog(values, host, run);
  const { fileCount } = result;
  log.summary([`${formatCount(fileCount)} files in the record`], { files: fileCount });
  return 0;
}

function rawImageFlags(values: FlagValues): RawRecordImageFlags {
  return {
    image: positionalValue(values, 'image'),
    tag: singleValue(values, 'tag'),
    output: singleValue(values, 'output'),
    ...registryFlags(values),
  };
}

function registryFlags(values: FlagValues) {
  return { tlsVerify: singleValue(values, 'tls-verify'), authFile: singleValue(values, 'authfile') };
}
