/*
 * npm run bench:packing [-- [--quick] [FILE...]]: replays the updates of three systems, or of those in the files, and prints which
 * share of the image an update downloads with each way to part packages into layers. Run from the top of the repository.
 * With the three it says which targets are reached, and ends with 1 when one is not.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DataSet, readDataSet } from './data-set.ts';
import { drawPlot } from './plot.ts';
import { type Results, runReplay } from './results.ts';
import { COMPARED, STRATEGIES } from './strategies/all.ts';
import { formatResults } from './table.ts';
import { reportTargets } from './targets.ts';

const DATA = ['host', 'fcos', 's12py'].map((name) => `bench/packing/data/${name}.json`);
const PLOT = '.out/bench-packing/packing.svg';
const LAYER_COUNTS = [16, 32, 64, 128];

main(process.argv.slice(2));

function main(args: readonly string[]): void {
  const files = args.filter((argument) => argument !== '--quick');
  const sets = (files.length > 0 ? files : DATA).map(readDataSet);
  const all = args.includes('--quick') ? replayQuickly(sets) : replayAll(sets);
  for (const results of all) console.log(formatResults(results));
  const [weekly] = all;
  if (weekly !== undefined) {
    mkdirSync('.out/bench-packing', { recursive: true });
    writeFileSync(PLOT, drawPlot(weekly));
    console.log(`plot: ${PLOT}\n`);
  }
  console.log(planCost());
  if (files.length > 0) return;
  const { text, missedCount } = reportTargets(all);
  console.log(text);
  process.exitCode = missedCount > 0 ? 1 : 0;
}

/** The weekly ones first. */
function replayAll(sets: readonly DataSet[]): Results[] {
  const replay = { sets, layerCounts: LAYER_COUNTS, strategies: STRATEGIES };
  return [
    runReplay({ ...replay, regime: 'weekly' }),
    runReplay({ ...replay, regime: 'daily' }),
    runReplay({ ...replay, regime: 'monthly' }),
  ];
}

/** What the targets need. */
function replayQuickly(sets: readonly DataSet[]): Results[] {
  return [
    runReplay({ regime: 'weekly', sets, layerCounts: [32, 64], strategies: COMPARED }),
    runReplay({ regime: 'daily', sets: sets.slice(0, 1), layerCounts: [64], strategies: COMPARED }),
  ];
}

function planCost(): string {
  const script = fileURLToPath(new URL('plan-cost.js', import.meta.url));
  return execFileSync(process.execPath, [script, ...DATA], { encoding: 'utf8' });
}
