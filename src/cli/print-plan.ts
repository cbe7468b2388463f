import { buildWarnings } from '../config/build-warnings.ts';
import type { PlanOptions } from '../model/options.ts';
import { type FlagValues, isSet } from './flag-values.ts';
import type { Host } from './host.ts';
import { optimizeLater } from './optimize-later.ts';
import { renderPlan, renderPlanJson } from './plan-report.ts';
import { runWithLog } from './run-command.ts';

/** For `layah plan` and `layah build --dry-run`. @returns the exit code. @throws LayahError */
export async function printPlan(options: PlanOptions, values: FlagValues, host: Host): Promise<number> {
  const { runPlan } = await import('../pipeline/plan.ts');
  optimizeLater(process.versions.v8);
  const { result } = await runWithLog(values, host, (context) => {
    for (const warning of buildWarnings(options)) context.reporter.warn(warning);
    return runPlan(options, context);
  });
  host.stdout.write(isSet(values, 'json') ? renderPlanJson(result) : `${renderPlan(result).join('\n')}\n`);
  return 0;
}
