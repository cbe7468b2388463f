import { join } from 'node:path';
import { type Cost, measureOnce, medianCost } from './measure.ts';
import { layahCommand } from './rows.ts';
import type { Settings } from './settings.ts';
import { alignColumns } from './table.ts';
import { countFiles, makeOneFile, makeTree } from './trees.ts';

interface Share {
  readonly name: string;
  readonly tree: string;
}

/** How cost grows with the tree and falls with threads. What a tree of one file costs is not counted a file or a MB. */
export function renderScaling(tree: string, settings: Settings): string {
  const path = makeTree(tree, settings);
  const one = measureLayah(path, '--threads 1', settings);
  const two = measureLayah(path, '--threads 2', settings);
  const shares: Share[] = [
    { name: '25 %', tree: makeTree(`quarter:${tree}`, settings) },
    { name: '50 %', tree: makeTree(`half:${tree}`, settings) },
    { name: '100 %', tree: path },
  ];
  const startUpSeconds = measureLayah(makeOneFile(join(settings.work, 'one-file')), '', settings).cpuSeconds;
  const rows = shares.map((share) => shareCells(share, startUpSeconds, settings));
  const header = ['files', 'number', 'MB', 'CPU s', 'us a file', 'ms a MB', 'peak MB'];
  const wall = `wall at 2 threads: ${two.wallSeconds.toFixed(2)} s, at 1: ${one.wallSeconds.toFixed(2)} s, ratio ${(two.wallSeconds / one.wallSeconds).toFixed(2)}`;
  return `${wall}\n${alignColumns([header, ...rows])}\nus and ms without the ${startUpSeconds.toFixed(2)} s of a tree of one file`;
}

function shareCells({ name, tree }: Share, startUpSeconds: number, settings: Settings): string[] {
  const { files, bytes } = countFiles(tree);
  const cost = measureLayah(tree, '', settings);
  const growingSeconds = cost.cpuSeconds - startUpSeconds;
  return [
    name,
    String(files),
    (bytes / 1e6).toFixed(1),
    cost.cpuSeconds.toFixed(2),
    ((growingSeconds * 1e6) / files).toFixed(0),
    ((growingSeconds * 1e9) / bytes).toFixed(2),
    (cost.peakBytes / 1e6).toFixed(0),
  ];
}

function measureLayah(tree: string, flags: string, settings: Settings): Cost {
  const command = layahCommand({ ...settings, tree }, flags);
  return medianCost(Array.from({ length: settings.rounds }, () => measureOnce(command, settings)));
}
