import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a command cost: median of its rounds. */
export interface Cost {
  /** User and system time of all its processes. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Of its largest process. */
  readonly peakBytes: number;
  readonly outputBytes: number;
}

export interface Measuring {
  readonly repository: string;
  readonly work: string;
}

/** Runs a bash command once. It writes the number of bytes that it made to $BYTES. */
export function measureOnce(command: string, { repository, work }: Measuring): Cost {
  const bytesFile = join(work, 'bytes');
  const line = execFileSync(
    'python3',
    [join(repository, 'bench/measure.py'), 'bash', '-c', `set -o pipefail; ${command}`],
    {
      env: { ...process.env, BYTES: bytesFile, WORK: work, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [cpuSeconds = 0, wallSeconds = 0, peakBytes = 0] = String(line).trim().split(' ').map(Number);
  return { cpuSeconds, wallSeconds, peakBytes, outputBytes: Number(readFileSync(bytesFile, 'utf8')) };
}

export function medianCost(costs: readonly Cost[]): Cost {
  return {
    cpuSeconds: median(costs.map((cost) => cost.cpuSeconds)),
    wallSeconds: median(costs.map((cost) => cost.wallSeconds)),
    peakBytes: median(costs.map((cost) => cost.peakBytes)),
    outputBytes: median(costs.map((cost) => cost.outputBytes)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
