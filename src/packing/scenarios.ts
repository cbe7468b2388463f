/*
 * Packages that come from one source, or that one event touches, change in the same weeks. So the coming week is taken to be
 * like one of the last 104, the week w with a probability v_w in proportion to 2^(-w/52): part of the probability p of a
 * change is laid on the weeks in which the component really changed, x_w = 1, the rest on all alike:
 *
 *   q_w = (1 - a) p + a p x_w / sum of v x        a = 0.6
 *
 * so that the mean of q is p still. The probability that the component stays unchanged in the scenario w is 1 - q_w.
 */
import type { RatedItem } from './rated-item.ts';
import { WEEK_SECONDS, WEEKLY_DECAY } from './week.ts';

export interface Scenarios {
  /** Their sum is 1. */
  readonly weights: Float64Array;
  readonly planTimeSeconds: number;
}

const SCENARIO_COUNT = 104;
const SHARE_ON_PAST_CHANGES = 0.6;
const MAX_PROBABILITY = 0.95;

export function createScenarios(planTimeSeconds: number): Scenarios {
  const weights = new Float64Array(SCENARIO_COUNT);
  let weight = 1;
  let sum = 0;
  for (let week = 0; week < SCENARIO_COUNT; week++) {
    weights[week] = weight;
    sum += weight;
    weight *= WEEKLY_DECAY;
  }
  return { weights: weights.map((each) => each / sum), planTimeSeconds };
}

/** The probabilities that it stays unchanged, one a scenario. */
export function unchangedInScenarios({ item, probability }: RatedItem, scenarios: Scenarios): Float64Array {
  const { weights, planTimeSeconds } = scenarios;
  const changed = new Float64Array(weights.length);
  let changedWeight = 0;
  for (const time of item.updateTimesSeconds) {
    const week = Math.floor((planTimeSeconds - time) / WEEK_SECONDS);
    if (week < 0 || week >= weights.length || changed[week] === 1) continue;
    changed[week] = 1;
    changedWeight += weights[week] ?? 0;
  }
  if (changedWeight === 0) return new Float64Array(weights.length).fill(1 - probability);
  const everyWeek = (1 - SHARE_ON_PAST_CHANGES) * probability;
  const onPastChanges = (SHARE_ON_PAST_CHANGES * probability) / changedWeight;
  return changed.map((was) => 1 - Math.min(everyWeek + onPastChanges * was, MAX_PROBABILITY));
}
