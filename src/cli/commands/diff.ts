import { parseDiffOptions, type RawDiffFlags } from '../../config/diff-options.ts';
import { LayahError } from '../../model/errors.ts';
import type { DiffReport, Download } from '../../model/diff-report.ts';
import { formatBytes, formatShare } from '../../model/human-numbers.ts';
import type { DownloadLimit } from '../../model/inspect-options.ts';
import { renderDiffMarkdown } from '../../reports/diff-markdown.ts';
import { renderDiffText } from '../../reports/diff-text.ts';
import { renderReportJson } from '../../reports/report-json.ts';
import { type FlagValues, isSet, positionalValue, rawReadLimits, singleValue } from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { optimizeLater } from '../optimize-later.ts';
import { runWithLog } from '../run-command.ts';

/** Of an update that downloads more than `--fail-above` allows. */
const ABOVE_LIMIT = 3;

/** `layah diff`: the report goes to standard output. @returns the exit code. @throws LayahError */
export async function diff(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  if (isSet(values, 'json') && isSet(values, 'markdown')) throw twoFormats();
  const options = parseDiffOptions(rawDiffFlags(values), host.machine);
  const { runDiff } = await import('../../pipeline/diff.ts');
  optimizeLater(process.versions.v8);
  const { result } = await runWithLog(values, host, async (context) => {
    const report = await runDiff(options, context);
    if (isAbove(report.download, options.failAbove))
      context.reporter.warn(aboveLimit(report.download, options.failAbove));
    return report;
  });
  host.stdout.write(render(result, values, host));
  return isAbove(result.download, options.failAbove) ? ABOVE_LIMIT : 0;
}

function render(report: DiffReport, values: FlagValues, host: Host): string {
  if (isSet(values, 'json')) return renderReportJson(report);
  if (isSet(values, 'markdown')) return renderDiffMarkdown(report);
  return `${renderDiffText(report, host.stdoutColumns()).join('\n')}\n`;
}

function isAbove({ blobBytes, share }: Download, limit: DownloadLimit | undefined): boolean {
  if (limit === undefined) return false;
  return limit.kind === 'bytes' ? blobBytes > limit.bytes : share * 100 > limit.percent;
}

function aboveLimit({ blobBytes, share }: Download, limit: DownloadLimit | undefined): string {
  const allowed = limit?.kind === 'percent' ? `${limit.percent} %` : formatBytes(limit?.bytes ?? 0);
  return `the download of ${formatBytes(blobBytes)} (${formatShare(share, 1)}) is above --fail-above ${allowed}`;
}

function twoFormats(): LayahError {
  return new LayahError({
    code: 'usage',
    message: '--json and --markdown are two formats of one report',
    hint: 'Leave one of them out.',
  });
}

export function rawDiffFlags(values: FlagValues): RawDiffFlags {
  return {
    old: positionalValue(values, 'old'),
    new: positionalValue(values, 'new'),
    platform: singleValue(values, 'platform'),
    files: isSet(values, 'files'),
    contentDefined: singleValue(values, 'content-defined'),
    failAbove: singleValue(values, 'fail-above'),
    html: singleValue(values, 'html'),
    ...rawReadLimits(values),
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
  };
}
