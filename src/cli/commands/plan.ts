import { parsePlanOptions, type RawPlanFlags } from '../../config/plan-options.ts';
import { allValues, type FlagValues, isSet, singleValue } from '../flag-values.ts';
import type { Host } from '../host.ts';
import { parseLogSettings } from '../log-settings.ts';
import { printPlan } from '../print-plan.ts';

/** `layah plan`: the plan goes to standard output. @returns the exit code. @throws LayahError */
export async function plan(values: FlagValues, host: Host): Promise<number> {
  parseLogSettings(values);
  return printPlan(parsePlanOptions(rawPlanFlags(values), host.machine), values, host);
}

export function rawPlanFlags(values: FlagValues): RawPlanFlags {
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
    tlsVerify: singleValue(values, 'tls-verify'),
    authFile: singleValue(values, 'authfile'),
    maxLayers: singleValue(values, 'max-layers'),
    maxLayerSize: singleValue(values, 'max-layer-size'),
    target: singleValue(values, 'target'),
    previous: singleValue(values, 'previous'),
    rebalance: isSet(values, 'rebalance'),
    planEpoch: singleValue(values, 'plan-epoch'),
    html: singleValue(values, 'html'),
  };
}
