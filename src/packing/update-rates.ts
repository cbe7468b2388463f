/*
 * How often components change: for each the probability that a build a week later finds it changed.
 *
 * The weeks before the plan time are counted back from it, and the week w weighs 2^(-w/52), at most three years. Of a
 * component, n is the weight of the weeks in which it changed and E that of the weeks since its first change. A short history
 * says little, so every estimate is drawn towards the mean m of all components, as if each had 26 more weeks with it:
 *
 *   m = (sum of n + 0.5) / (sum of E + 13)        p = (n + 26 m) / (E + 26)
 *
 * What the user says of a component counts as 104 weeks in place of those 26. A component without a history has p = m.
 *
 * Plans hang on these numbers, so they are made of + - * / alone, which give the same bits on every machine and in every
 * engine, and sums are taken in the order of names. Math.exp and its kind may differ in the last bit.
 */
import type { PackItem } from '../model/layer-plan.ts';
import { WEEK_SECONDS, WEEKLY_DECAY } from './week.ts';

/**
 * @param items - sorted by name.
 * @returns a probability for each, from 0.0001 to 0.95.
 */
export function weeklyUpdateProbabilities(items: readonly PackItem[], planTimeSeconds: number): Float64Array {
  const histories = items.map((item) => readHistory(item, planTimeSeconds));
  let changes = PRIOR_CHANGES;
  let weeks = PRIOR_WEEKS;
  for (const history of histories) {
    changes += history.changes;
    weeks += history.weeks;
  }
  const mean = changes / weeks;
  return Float64Array.from(histories, (history, index) => {
    const days = items[index]?.updateIntervalDays;
    const [expected, strength] =
      days === undefined ? [mean, SHRINKAGE_WEEKS] : [Math.min(7 / days, MAX_PROBABILITY), STATED_WEEKS];
    const probability = (history.changes + strength * expected) / (history.weeks + strength);
    return Math.min(Math.max(probability, MIN_PROBABILITY), MAX_PROBABILITY);
  });
}

const HISTORY_WEEKS = 156;
/** What is assumed before anything is known: about two changes a year. */
const PRIOR_CHANGES = 0.5;
const PRIOR_WEEKS = 13;
const SHRINKAGE_WEEKS = 26;
const STATED_WEEKS = 104;
const MIN_PROBABILITY = 0.0001;
const MAX_PROBABILITY = 0.95;

/** Both in weighted weeks. */
interface History {
  readonly changes: number;
  readonly weeks: number;
}

function readHistory({ updateTimesSeconds }: PackItem, planTimeSeconds: number): History {
  const changed = new Uint8Array(HISTORY_WEEKS);
  let weekCount = 0;
  for (const time of updateTimesSeconds) {
    if (time > planTimeSeconds) continue;
    const week = Math.floor((planTimeSeconds - time) / WEEK_SECONDS);
    weekCount = Math.max(weekCount, Math.min(week + 1, HISTORY_WEEKS));
    if (week < HISTORY_WEEKS) changed[week] = 1;
  }
  let changes = 0;
  let weeks = 0;
  let weight = 1;
  for (let week = 0; week < weekCount; week++) {
    weeks += weight;
    if (changed[week] === 1) changes += weight;
    weight *= WEEKLY_DECAY;
  }
  return { changes, weeks };
}
