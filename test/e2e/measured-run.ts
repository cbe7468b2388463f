import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface MeasuredRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly peakMiB: number;
  readonly seconds: number;
}

/** Runs the built program as a process of its own and says how much memory it had at its peak. */
export function runMeasured(directory: string, args: readonly string[]): MeasuredRun {
  const peakFile = join(directory, 'peak');
  const onExit = `
    import { writeFileSync } from 'node:fs';
    process.on('exit', () => writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)));
  `;
  const hook = `data:text/javascript,${encodeURIComponent(onExit)}`;
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, LAYAH, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
    maxBuffer: 64 << 20,
  });
  const seconds = (performance.now() - started) / 1000;
  const peakMiB = Number(readFileSync(peakFile, 'utf8')) / 1024;
  rmSync(peakFile);
  return { status, stdout, stderr, peakMiB, seconds };
}
