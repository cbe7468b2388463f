import {
  parseChunkAddOptions,
  parseChunkCleanOptions,
  parseChunkCompareOptions,
  parseChunkEstargzOptions,
  parseChunkPushOptions,
  parseChunkRestoreOptions,
  parseChunkStoreOptions,
  parseChunkVerifyOptions,
} from '../../config/chunk-options.ts';
import { LayahError, unreachable } from '../../model/errors.ts';
import { formatBytes, formatNoun } from '../../model/human-numbers.ts';
import { printableLine, printableText } from '../../model/terminal-text.ts';
import type { ConvertSummary, RunContext } from '../../pipeline/run.ts';
import {
  renderAddedImage,
  renderCleaning,
  renderComparison,
  renderStats,
  renderVerification,
} from '../../reports/chunk-text.ts';
import { renderReportJson } from '../../reports/report-json.ts';
import { confirm } from '../confirm.ts';
import { convertSummaryDetails, renderExportSummary } from '../convert-summary.ts';
import {
  allValues,
  type FlagValues,
  isSet,
  positionalValue,
  rawReadLimits,
  singleValue,
} from '../flag-values.ts';
import type { CommandName } from '../flags.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { runWithLog } from '../run-command.ts';

type ChunkCommand = Extract<CommandName, `chunk ${string}`>;

/** `layah chunk add`, `stats`, `compare`... @returns the exit code. @throws LayahError */
export async function chunk(command: ChunkCommand, values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  switch (command) {
    case 'chunk add':
      return add(values, host);
    case 'chunk stats':
      return stats(values, host);
    case 'chunk compare':
      return compare(values, host);
    case 'chunk verify':
      return verify(values, host);
    case 'chunk remove':
      return remove(values, host);
    case 'chunk clean':
      return clean(values, host);
    case 'chunk restore':
      return exportImage(parseChunkRestoreOptions(rawExportFlags(values), host.machine), values, host);
    case 'chunk push':
      return exportImage(parseChunkPushOptions(rawExportFlags(values), host.machine), values, host);
    case 'chunk estargz':
      return estargz(values, host);
    default:
      return unreachable(command);
  }
}

async function add(values: FlagValues, host: Host): Promise<number> {
  const flags = { ...rawImageFlags(values), image: positionalValue(values, 'image') };
  const options = parseChunkAddOptions(
    { ...flags, ...rawStore(values), name: singleValue(values, 'name') },
    host.machine,
  );
  const { runChunkAdd } = await import('../../pipeline/chunk-add.ts');
  const { result, seconds, log } = await runWithLog(values, host, (context) => runChunkAdd(options, context));
  const lines = renderAddedImage(result, { columns: host.stderr.columns(), seconds });
  log.summary(lines, { ...result, seconds: Math.round(seconds * 1000) / 1000 });
  return 0;
}

async function stats(values: FlagValues, host: Host): Promise<number> {
  const options = parseChunkStoreOptions(
    { ...rawStore(values), images: allValues(values, 'images') },
    host.machine,
  );
  const { runChunkStats } = await import('../../pipeline/chunk-store.ts');
  const { result } = await runWithLog(values, host, (context) => runChunkStats(options, context));
  print(values, host, { report: result, lines: renderStats(result, host.stdoutColumns()) });
  return 0;
}

async function compare(values: FlagValues, host: Host): Promise<number> {
  const flags = { ...rawImageFlags(values), images: allValues(values, 'images') };
  const options = parseChunkCompareOptions({ ...flags, svg: singleValue(values, 'svg') }, host.machine);
  const { runChunkCompare } = await import('../../pipeline/chunk-compare.ts');
  const { result } = await runWithLog(values, host, (context) => runChunkCompare(options, context));
  print(values, host, { report: result, lines: renderComparison(result, host.stdoutColumns()) });
  return 0;
}

async function verify(values: FlagValues, host: Host): Promise<number> {
  const flags = { ...rawStore(values), dropDamaged: isSet(values, 'drop-damaged') };
  const options = parseChunkVerifyOptions(flags, host.machine);
  const { runChunkVerify } = await import('../../pipeline/chunk-store.ts');
  const { result, seconds } = await runWithLog(values, host, (context) => runChunkVerify(options, context));
  print(values, host, { report: result, lines: renderVerification(result, seconds) });
  return result.findings.every(({ code }) => code === 'stray') ? 0 : 1;
}

async function remove(values: FlagValues, host: Host): Promise<number> {
  const images = allValues(values, 'images');
  if (images.length === 0) throw new LayahError({ code: 'usage', message: 'no IMAGE given' });
  const options = parseChunkStoreOptions({ ...rawStore(values), images }, host.machine);
  const { runChunkRemove } = await import('../../pipeline/chunk-store.ts');
  const { result, log } = await runWithLog(values, host, () => runChunkRemove(options));
  const lines = result.map((name) => `removed ${printableLine(name)}`);
  log.summary([...lines, 'layah chunk clean drops what no other image needs'], { removed: result });
  return 0;
}

async function clean(values: FlagValues, host: Host): Promise<number> {
  const options = parseChunkCleanOptions({ ...rawStore(values), all: isSet(values, 'all') }, host.machine);
  const { runChunkClean } = await import('../../pipeline/chunk-store.ts');
  const question = `drop all images of the chunk store ${options.store}?`;
  const { result, log } = await runWithLog(values, host, async (context) => {
    const isMeant = !options.all || isSet(values, 'yes') || (await confirm(question, context.signal));
    return isMeant ? runChunkClean(options, context) : undefined;
  });
  if (result === undefined) {
    log.summary(['nothing was dropped'], { dropped: false });
    return 1;
  }
  log.summary(renderCleaning(result), result);
  return 0;
}

async function exportImage(
  options: ReturnType<typeof parseChunkRestoreOptions>,
  values: FlagValues,
  host: Host,
): Promise<number> {
  const { runChunkExport } = await import('../../pipeline/chunk-export.ts');
  const run = (context: RunContext): Promise<ConvertSummary> => runChunkExport(options, context);
  const { result, seconds, log, verbosity } = await runWithLog(values, host, run);
  const settings = { seconds, columns: host.stderr.columns(), verbose: verbosity > 0 };
  log.summary(renderExportSummary(result, settings), convertSummaryDetails(result, settings));
  return 0;
}

async function estargz(values: FlagValues, host: Host): Promise<number> {
  const flags = { ...rawStore(values), ...rawLayerFlags(values), images: allValues(values, 'images') };
  const options = parseChunkEstargzOptions(flags, host.machine);
  const { runChunkEstargz } = await import('../../pipeline/chunk-export.ts');
  const { result, log } = await runWithLog(values, host, (context) => runChunkEstargz(options, context));
  const lines = result.map(
    ({ name, directory, bytes }) => `${printableLine(name)}: oci:${directory}, ${formatBytes(bytes)}`,
  );
  log.summary([...lines, formatNoun(result.length, 'image')], { images: result });
  return 0;
}

interface Printed {
  readonly report: object;
  readonly lines: readonly string[];
}

function print(values: FlagValues, host: Host, { report, lines }: Printed): void {
  if (isSet(values, 'json')) host.stdout.write(renderReportJson(report));
  else host.stdout.write(lines.map((line) => `${printableText(line)}\n`).join(''));
}

function rawStore(values: FlagValues) {
  return { store: singleValue(values, 'store') };
}

function rawImageFlags(values: FlagValues) {
  return {
    tag: singleValue(values, 'tag'),
    platform: singleValue(values, 'platform'),
    strategy: singleValue(values, 'strategy'),
    chunkSize: singleValue(values, 'chunk-size'),
    filesystem: isSet(values, 'filesystem'),
    noFilesystem: isSet(values, 'no-filesystem'),
    ...rawReadLimits(values),
    ...rawRegistryFlags(values),
  };
}

function rawExportFlags(values: FlagValues) {
  const dst = values['dst'];
  return {
    ...rawStore(values),
    image: typeof values['image'] === 'string' ? values['image'] : undefined,
    output: typeof dst === 'string' ? dst : singleValue(values, 'output'),
    tag: singleValue(values, 'tag'),
    force: isSet(values, 'force'),
    ...rawLayerFlags(values),
    ...rawRegistryFlags(values),
  };
}

function rawLayerFlags(values: FlagValues) {
  return {
    compression: undefined,
    gzipEngine: singleValue(values, 'gzip-engine'),
    compressionLevel: singleValue(values, 'compression-level'),
    chunkSize: singleValue(values, 'chunk-size'),
    minChunkSize: undefined,
    externalToc: false,
    threads: singleValue(values, 'threads'),
  };
}

function rawRegistryFlags(values: FlagValues) {
  return { tlsVerify: singleValue(values, 'tls-verify'), authFile: singleValue(values, 'authfile') };
}
