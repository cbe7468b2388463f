import { buildsOf, type DataSet, type Schedule } from './data-set.ts';
import { downloadedShare, idealShare, type Strategy } from './replay.ts';

export type RegimeName = 'daily' | 'weekly' | 'monthly';

/** A year of builds, of daily ones half a year. */
const SCHEDULES: Readonly<Record<RegimeName, Schedule>> = {
  daily: { intervalDays: 1, updateCount: 182 },
  weekly: { intervalDays: 7, updateCount: 52 },
  monthly: { intervalDays: 28, updateCount: 13 },
};

export interface Replay {
  readonly regime: RegimeName;
  readonly sets: readonly DataSet[];
  readonly layerCounts: readonly number[];
  readonly strategies: readonly Strategy[];
}

export interface Results {
  readonly regime: RegimeName;
  readonly setNames: readonly string[];
  readonly layerCounts: readonly number[];
  readonly strategyNames: readonly string[];
  /** By set, strategy and number of layers. */
  readonly shares: ReadonlyMap<string, number>;
  /** By set. */
  readonly ideals: ReadonlyMap<string, number>;
}

export function runReplay({ regime, sets, layerCounts, strategies }: Replay): Results {
  const shares = new Map<string, number>();
  const ideals = new Map<string, number>();
  for (const set of sets) {
    const builds = buildsOf(set, SCHEDULES[regime]);
    ideals.set(set.name, idealShare(builds));
    for (const strategy of strategies)
      for (const layerCount of layerCounts)
        shares.set(keyOf(set.name, strategy.name, layerCount), downloadedShare(builds, strategy, layerCount));
  }
  return {
    regime,
    setNames: sets.map(({ name }) => name),
    layerCounts,
    strategyNames: strategies.map(({ name }) => name),
    shares,
    ideals,
  };
}

export function shareOf(results: Results, setName: string, strategy: string, layerCount: number): number {
  const share = results.shares.get(keyOf(setName, strategy, layerCount));
  if (share === undefined)
    throw new Error(`nobody replayed ${strategy} on ${setName} with ${layerCount} layers`);
  return share;
}

function keyOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}
