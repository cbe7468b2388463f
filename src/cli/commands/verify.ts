import { type RawVerifyFlags, parseVerifyOptions } from '../../config/verify-options.ts';
import {
  allValues,
  type FlagValues,
  isSet,
  positionalValue,
  rawReadLimits,
  singleValue,
} from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { runWithLog } from '../run-command.ts';
import { printableText } from '../../model/terminal-text.ts';
import { renderVerifyJson, renderVerifyReport } from '../verify-report.ts';

/** `layah verify`: the report goes to standard output. @returns the exit code. @throws LayahError */
export async function verify(values: FlagValues, host: Host): Promise<number> {
  const { quiet } = parseLogSettings(values);
  const options = parseVerifyOptions(rawVerifyFlags(values), host.machine);
  const { runVerify } = await import('../../pipeline/verify.ts');
  const { result, seconds } = await runWithLog(values, host, (context) => runVerify(options, context));
  if (isSet(values, 'json')) {
    host.stdout.write(renderVerifyJson(result));
  } else {
    const lines = renderVerifyReport(result, { seconds, quiet, rootfs: options.rootfs });
    host.stdout.write(lines.map((line) => `${printableText(line)}\n`).join(''));
  }
  return result.findings.length === 0 ? 0 : 1;
}

export function rawVerifyFlags(values: FlagValues): RawVerifyFlags {
  return {
    image: positionalValue(values, 'image'),
    rootfs: singleValue(values, 'rootfs'),
    tag: singleValue(values, 'tag'),
    prune: allValues(values, 'prune'),
    skipSpecialFiles: isSet(values, 'skip-special-files'),
    ...rawReadLimits(values),
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
  };
}
