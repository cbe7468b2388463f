import { parseExplainOptions, type RawExplainFlags } from '../../config/explain-options.ts';
import { renderExplainText } from '../../reports/explain-text.ts';
import { renderReportJson } from '../../reports/report-json.ts';
import { type FlagValues, isSet, positionalValue, rawReadLimits, singleValue } from '../flag-values.ts';
import type { Flag } from '../flags.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { optimizeLater } from '../optimize-later.ts';
import { runWithLog } from '../run-command.ts';
import { IMAGE_FLAGS, ROOTFS_FLAGS } from './explain-flags.ts';
import { rawPlanFlags } from './plan.ts';

/** `layah explain`: the report goes to standard output. @returns the exit code. @throws LayahError */
export async function explain(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  const options = parseExplainOptions(rawExplainFlags(values), host.machine);
  const { runExplain } = await import('../../pipeline/explain.ts');
  optimizeLater(process.versions.v8);
  const { result } = await runWithLog(values, host, (context) => runExplain(options, context));
  const text = isSet(values, 'json') ? renderReportJson(result) : `${renderExplainText(result).join('\n')}\n`;
  host.stdout.write(text);
  return 0;
}

export function rawExplainFlags(values: FlagValues): RawExplainFlags {
  const given = (flags: readonly Flag[]): string[] =>
    flags.flatMap(({ name }) => (values[name] === undefined ? [] : [name]));
  const registry = {
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
  };
  return {
    subject: positionalValue(values, 'image'),
    path: positionalValue(values, 'path'),
    selection: {
      tag: singleValue(values, 'tag'),
      platform: singleValue(values, 'platform'),
      ...rawReadLimits(values),
      ...registry,
    },
    plan: rawPlanFlags(values),
    imageFlags: given(IMAGE_FLAGS),
    rootfsFlags: given(ROOTFS_FLAGS),
  };
}
