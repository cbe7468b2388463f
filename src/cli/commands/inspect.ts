import { parseInspectOptions, type RawInspectFlags } from '../../config/inspect-options.ts';
import { renderImageText } from '../../reports/image-text.ts';
import { renderReportJson } from '../../reports/report-json.ts';
import { type FlagValues, isSet, positionalValue, rawReadLimits, singleValue } from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { optimizeLater } from '../optimize-later.ts';
import { runWithLog } from '../run-command.ts';

/** `layah inspect`: the report goes to standard output. @returns the exit code. @throws LayahError */
export async function inspect(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseInspectOptions(rawInspectFlags(values), host.machine);
  const { runInspect } = await import('../../pipeline/inspect.ts');
  optimizeLater(process.versions.v8);
  const { result } = await runWithLog(values, host, (context) => runInspect(options, context));
  if (isSet(values, 'json')) host.stdout.write(renderReportJson(result));
  else {
    const settings = { columns: host.stdoutColumns(), layers: isSet(values, 'layers') };
    host.stdout.write(`${renderImageText(result, settings).join('\n')}\n`);
  }
  return 0;
}

export function rawInspectFlags(values: FlagValues): RawInspectFlags {
  return {
    image: positionalValue(values, 'image'),
    tag: singleValue(values, 'tag'),
    platform: singleValue(values, 'platform'),
    files: singleValue(values, 'files'),
    component: singleValue(values, 'component'),
    databases: isSet(values, 'databases'),
    html: singleValue(values, 'html'),
    ...rawReadLimits(values),
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
  };
}
