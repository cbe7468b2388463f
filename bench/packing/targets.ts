import { type RegimeName, type Results, shareOf } from './results.ts';
import { chunkah } from './strategies/chunkah.ts';
import { layah, layahWithPrevious } from './strategies/layah.ts';
import { formatTable } from './table.ts';

/** Bytes against those of chunkah 0.6 on the same packages. */
interface Target {
  readonly title: string;
  readonly regime: RegimeName;
  readonly setName: string;
  readonly layerCount: number;
  readonly memoryless: number;
  readonly withPrevious: number;
}

const weekly = { regime: 'weekly' } as const;
const rolling = { ...weekly, title: 'rolling release', setName: 'host' };
const stable = { ...weekly, title: 'stable release with security updates', setName: 's12pyweb' };
const coreos = { ...weekly, title: 'Fedora CoreOS history', setName: 'fcos' };

const TARGETS: readonly Target[] = [
  { ...rolling, layerCount: 32, memoryless: 0.83, withPrevious: 0.78 },
  { ...rolling, layerCount: 64, memoryless: 0.83, withPrevious: 0.78 },
  { ...stable, layerCount: 64, memoryless: 0.6, withPrevious: 0.48 },
  { ...stable, layerCount: 32, memoryless: 0.45, withPrevious: 0.32 },
  { ...coreos, layerCount: 64, memoryless: 0.93, withPrevious: 0.9 },
  { ...coreos, layerCount: 32, memoryless: 0.85, withPrevious: 0.78 },
  {
    title: 'daily rebuilds of a large image',
    regime: 'daily',
    setName: 'host',
    layerCount: 64,
    memoryless: 0.55,
    withPrevious: 0.5,
  },
];

export interface TargetReport {
  readonly text: string;
  readonly missedCount: number;
}

export function reportTargets(all: readonly Results[]): TargetReport {
  const rows = TARGETS.map((target) => {
    const results = all.find(({ regime }) => regime === target.regime);
    if (results === undefined) throw new Error(`there are no ${target.regime} results`);
    const ratioOf = (strategy: string): number =>
      shareOf(results, target.setName, strategy, target.layerCount) /
      shareOf(results, target.setName, chunkah.name, target.layerCount);
    const memoryless = ratioOf(layah.name);
    const withPrevious = ratioOf(layahWithPrevious.name);
    const reached = memoryless <= target.memoryless && withPrevious <= target.withPrevious;
    const cells = [
      `${target.title}, ${target.regime}, K = ${target.layerCount}`,
      `${memoryless.toFixed(2)} (<= ${target.memoryless.toFixed(2)})`,
      `${withPrevious.toFixed(2)} (<= ${target.withPrevious.toFixed(2)})`,
      reached ? 'reached' : 'NOT REACHED',
    ];
    return { cells, reached };
  });
  const head = ['bytes against chunkah 0.6', 'memoryless (target)', 'with previous (target)', ''];
  return {
    text: formatTable([head, ...rows.map(({ cells }) => cells)]),
    missedCount: rows.filter(({ reached }) => !reached).length,
  };
}
