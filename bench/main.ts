/*
 * What `layah build` costs, side by side with what does part of the same work, in one run: README.md says how to read it.
 * Speed is printed, never asserted; a command that fails fails the bench.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { renderDatabases, renderStartUp } from './databases.ts';
import { type Cost, measureOnce, medianCost } from './measure.ts';
import { renderPlot } from './plot.ts';
import { allRows, type Row } from './rows.ts';
import { renderScaling } from './scaling.ts';
import { readSettings, type Settings } from './settings.ts';
import { type MeasuredRow, renderCsv, renderTable } from './table.ts';
import { countFiles, makeTree } from './trees.ts';

const settings = readSettings(process.argv.slice(2));
try {
  run(settings);
} finally {
  rmSync(settings.work, { recursive: true, force: true });
}

function run({ trees, quick, output, rounds, version }: Settings): void {
  console.log(`${version}node ${process.version}, ${availableParallelism()} CPUs, median of ${rounds}`);
  const measured: MeasuredRow[] = [];
  for (const tree of trees) {
    const path = makeTree(tree, settings);
    const { files, bytes } = countFiles(path);
    const rows = measureTree(tree, path);
    measured.push(...rows);
    console.log(`\n${tree}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB\n${renderTable(rows)}`);
    // After each tree: the larger ones take hours.
    writeFileSync(join(output, 'bench.csv'), renderCsv(measured));
    writeFileSync(join(output, 'bench.svg'), renderPlot(measured));
    if (tree !== 'host' && tree !== 'huge') console.log(`\n${renderScaling(tree, settings)}`);
  }
  if (!quick) console.log(`\n${renderDatabases(settings)}`);
  console.log(`\n${renderStartUp(settings)}`);
  console.log(`\n${join(output, 'bench.csv')} and bench.svg have the same figures`);
}

/** Rounds go through all rows in turn, so that what disturbs the machine for a while disturbs all of them. */
function measureTree(tree: string, path: string): MeasuredRow[] {
  const rows = allRows({ ...settings, tree: path }).filter(isMeasured);
  for (const { prepare } of rows) if (prepare !== undefined) measureOnce(prepare, settings);
  warmUp(path);
  const costs = new Map<string, Cost[]>(rows.map(({ name }) => [name, []]));
  for (let round = 1; round <= settings.rounds; round++) {
    for (const { name, command } of rows) {
      process.stderr.write(`${tree}, round ${round} of ${settings.rounds}: ${name}\n`);
      costs.get(name)?.push(measureOnce(command, settings));
    }
  }
  return [...costs].map(([name, list]) => ({ tree, name, cost: medianCost(list) }));
}

function isMeasured({ name, needs, slow }: Row): boolean {
  if (settings.quick && slow === true) return false;
  const missing = needs.filter((program) => spawnSync('which', [program]).status !== 0);
  if (missing.length > 0) process.stderr.write(`without ${name}: ${missing.join(', ')} is not installed\n`);
  return missing.length === 0;
}

/** Once unmeasured, so that the tree is in the page cache. */
function warmUp(path: string): void {
  execFileSync('bash', ['-c', 'tar -C "$0" -cf - . | wc -c', path]);
}
