import { describe, expect, it } from 'vitest';
import { renderPlan, renderPlanJson } from '../../../src/cli/plan-report.ts';
import type { LayerChange, PlannedLayerSummary, PlanReport } from '../../../src/pipeline/run.ts';

const MIB = 1024 * 1024;

function layer(names: string[], change?: LayerChange): PlannedLayerSummary {
  return {
    components: names.map((name) => ({ name, sizeBytes: MIB })),
    sizeBytes: names.length * MIB,
    weeklyUpdateProbability: 0.25,
    weeklyBytes: (names.length * MIB) / 4,
    reason: 'packed',
    change,
  };
}

function planOf(layers: readonly PlannedLayerSummary[], removedComponents: string[] = []): PlanReport {
  return {
    layers,
    sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    weeklyBytes: layers.reduce((sum, { weeklyBytes }) => sum + weeklyBytes, 0),
    removedComponents,
  };
}

describe('renderPlan', () => {
  it('prints a line a layer and the totals', () => {
    expect(renderPlan(planOf([layer(['dpkg/bash', 'dpkg/dash']), layer(['dpkg/database'])]))).toEqual([
      'layer  components               size  changes/week  bytes/week',
      '    1  dpkg/bash, dpkg/dash  2.0 MiB        25.0 %   512.0 KiB',
      '    2  dpkg/database         1.0 MiB        25.0 %   256.0 KiB',
      '',
      '2 layers, 3 components, 3.0 MiB before compression; clients pull 768.0 KiB (25.0 %) of it again each week',
    ]);
  });

  it('says what becomes of the layers of the previous image', () => {
    const layers = [layer(['a'], 'kept'), layer(['b', 'c'], 'repacked'), layer(['d'], 'new')];
    expect(renderPlan(planOf(layers, ['gone', 'lost']))).toEqual([
      'layer  components     size  changes/week  bytes/week  previous',
      '    1  a           1.0 MiB        25.0 %   256.0 KiB  stays',
      '    2  b, c        2.0 MiB        25.0 %   512.0 KiB  repacked',
      '    3  d           1.0 MiB        25.0 %   256.0 KiB  new',
      '',
      '3 layers, 4 components, 4.0 MiB before compression; clients pull 1.0 MiB (25.0 %) of it again each week',
      'with the previous image: 1 layer stays (1.0 MiB), 1 is repacked (2.0 MiB), 1 is new (1.0 MiB)',
      'no longer there: gone, lost',
    ]);
  });

  it('is at most 100 columns wide, with names shortened', () => {
    const names = Array.from({ length: 50 }, (_, index) => `dpkg/a-rather-long-name-${index}`);
    const [, row = ''] = renderPlan(planOf([layer(names, 'repacked')]));
    expect(row).toHaveLength(100);
    expect(row).toContain('dpkg/a-rather-long-name-0, dpkg/');
    expect(row).not.toContain('name-3');
  });
});

describe('renderPlanJson', () => {
  it('has every name and plain numbers', () => {
    const plan = planOf([layer(['a', 'b'], 'kept')], ['gone']);
    expect(JSON.parse(renderPlanJson(plan))).toEqual(plan);
    const first = planOf([layer(['a'])]);
    expect(JSON.parse(renderPlanJson(first)).layers[0]).not.toHaveProperty('change');
  });
});
