/*
 * Builds that come daily find fewer changes than weekly ones. How many there are since the previous image, against how many
 * a week brings, tells how much of a week lies between builds. Grouping by weekly probabilities what is downloaded daily would
 * treat what changes every week as if it changed in every build, and put large things with it.
 */
import type { PreviousLayer } from '../model/layer-plan.ts';
import type { Members } from './rated-item.ts';

/** Changes that are taken to have been seen, and as many expected, so that a few more or less say little. */
const PRIOR_CHANGES = 4;
const LEAST_WEEKS = 1 / 7;

/** @returns from a day, 1/7, to 1. */
export function weeksBetweenBuilds(items: Members, previous: readonly PreviousLayer[]): number {
  const fingerprints = new Map(
    previous.flatMap(({ components }) => components.map(({ name, fingerprint }) => [name, fingerprint])),
  );
  let changed = PRIOR_CHANGES;
  let expected = PRIOR_CHANGES;
  for (const { item, probability } of items) {
    const before = fingerprints.get(item.name);
    if (before === undefined) continue;
    expected += probability;
    if (before !== item.fingerprint) changed++;
  }
  return Math.min(Math.max(changed / expected, LEAST_WEEKS), 1);
}
