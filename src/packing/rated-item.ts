import { compareByteOrder } from '../model/byte-order.ts';
import type { PackItem } from '../model/layer-plan.ts';
import { weeklyUpdateProbabilities } from './update-rates.ts';

export interface RatedItem {
  readonly item: PackItem;
  /** Of a change within a week; 1 for what changes in every build. */
  readonly probability: number;
}

/** Sorted by name. */
export type Members = readonly RatedItem[];

/** @returns the items sorted by name. What changes in every build tells nothing about the others. */
export function rateItems(items: readonly PackItem[], planTimeSeconds: number): Members {
  const sorted = items.toSorted((left, right) => compareByteOrder(left.name, right.name));
  const ordinary = sorted.filter((item) => !item.changesEveryBuild);
  const probabilities = weeklyUpdateProbabilities(ordinary, planTimeSeconds);
  const byItem = new Map(ordinary.map((item, index) => [item, probabilities[index]]));
  return sorted.map((item) => ({ item, probability: byItem.get(item) ?? 1 }));
}

export function byName(left: RatedItem, right: RatedItem): number {
  return compareByteOrder(left.item.name, right.item.name);
}

export function totalBytes(members: Members): number {
  return members.reduce((sum, { item }) => sum + item.sizeBytes, 0);
}

/** That none of them changes within a week, if they change independently. */
export function unchangedProbability(members: Members): number {
  return members.reduce((product, { probability }) => product * (1 - probability), 1);
}

export function updateProbability(members: Members): number {
  return 1 - unchangedProbability(members);
}
