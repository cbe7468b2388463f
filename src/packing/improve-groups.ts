/*
 * Merging pairs never takes anything back, and takes components to change independently. So afterwards each component moves to
 * the group in which it costs least, as long as that saves bytes, in a few sweeps over all of them. What a group costs is a mean
 * over scenarios (scenarios.ts), so that what changes together comes together.
 */
import type { Members, RatedItem } from './rated-item.ts';
import { createScenarios, unchangedInScenarios } from './scenarios.ts';

export interface ImproveOptions {
  /** Infinite for no limit. */
  readonly maxLayerSizeBytes: number;
  readonly planTimeSeconds: number;
}

const MAX_SWEEPS = 20;
/** Of a move, as a part of the bytes that move. What is less may be rounding, and go round in circles. */
const LEAST_SAVING = 1e-9;

/** @returns as many groups, none empty. */
export function improveGroups(
  groups: readonly Members[],
  { maxLayerSizeBytes, planTimeSeconds }: ImproveOptions,
): Members[] {
  const scenarios = createScenarios(planTimeSeconds);
  const moves: Moving[] = [];
  const growing = groups.map((members): Group => {
    const loose = members.map((rated) => ({ rated, unchanged: unchangedInScenarios(rated, scenarios) }));
    const group = { members: new Set(members), state: stateOf(loose, scenarios.weights), changedAt: 0 };
    for (const { rated, unchanged } of loose) moves.push({ rated, unchanged, group, checkedAt: -1 });
    return group;
  });
  const limits = { weights: scenarios.weights, maxLayerSizeBytes };
  let clock = 0;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    const before = clock;
    for (const moving of moves) if (moveToCheapest(moving, growing, { ...limits, clock })) clock++;
    if (clock === before) break;
  }
  return growing.map(({ members }) => Array.from(members));
}

/** What a group costs follows from it. */
interface GroupState {
  readonly sizeBytes: number;
  /** For each scenario. */
  readonly unchanged: Float64Array;
  /** The same times the weight of the scenario. */
  readonly weighted: Float64Array;
  /** The sum of those. */
  readonly unchangedMean: number;
  /** In bytes a week. */
  readonly cost: number;
}

interface Group {
  readonly members: Set<RatedItem>;
  state: GroupState;
  /** How many moves there had been before the last that changed it. */
  changedAt: number;
}

interface Loose {
  readonly rated: RatedItem;
  /** For each scenario. */
  readonly unchanged: Float64Array;
}

interface Moving extends Loose {
  group: Group;
  /** How many moves there had been when nothing cheaper was found. */
  checkedAt: number;
}

interface MoveLimits {
  /** How many moves there have been. */
  readonly clock: number;
  readonly weights: Float64Array;
  readonly maxLayerSizeBytes: number;
}

function stateOf(members: readonly Loose[], weights: Float64Array): GroupState {
  let state = toState(0, new Float64Array(weights.length).fill(1), weights);
  for (const member of members) state = withMember(state, member, weights);
  return state;
}

function toState(sizeBytes: number, unchanged: Float64Array, weights: Float64Array): GroupState {
  const weighted = unchanged.map((value, scenario) => value * (weights[scenario] ?? 0));
  const unchangedMean = weighted.reduce((sum, value) => sum + value, 0);
  return { sizeBytes, unchanged, weighted, unchangedMean, cost: sizeBytes * (1 - unchangedMean) };
}

/** @returns whether it moved. */
function moveToCheapest(moving: Moving, groups: readonly Group[], limits: MoveLimits): boolean {
  const { group: from } = moving;
  const { weights, clock } = limits;
  // A group that vanishes is a layer given away.
  if (from.members.size === 1) return false;
  const saved = savedWithout(from.state, moving) - LEAST_SAVING * moving.rated.item.sizeBytes;
  // Only what has changed since the last look can be cheaper now.
  const candidates = from.changedAt > moving.checkedAt ? groups : changedSince(groups, moving.checkedAt);
  const found = findCheaper(moving, candidates, { ...limits, saved });
  moving.checkedAt = clock;
  if (found === undefined) return false;
  from.members.delete(moving.rated);
  from.state = withoutMember(from.state, moving, weights);
  found.members.add(moving.rated);
  found.state = withMember(found.state, moving, weights);
  from.changedAt = clock + 1;
  found.changedAt = clock + 1;
  moving.group = found;
  return true;
}

function changedSince(groups: readonly Group[], clock: number): Group[] {
  return groups.filter(({ changedAt }) => changedAt > clock);
}

/** @returns the group in which the component costs least, if that is less than what its own saves without it. */
function findCheaper(
  { rated, unchanged, group: from }: Moving,
  groups: readonly Group[],
  { maxLayerSizeBytes, saved }: MoveLimits & { readonly saved: number },
): Group | undefined {
  const { sizeBytes } = rated.item;
  let best = saved;
  let found: Group | undefined;
  for (const group of groups) {
    const { state } = group;
    if (group === from || state.sizeBytes + sizeBytes > maxLayerSizeBytes) continue;
    // Nothing stays unchanged more often with a companion than without, so it adds no less than this.
    if (sizeBytes * (1 - state.unchangedMean) >= best) continue;
    const together = (state.sizeBytes + sizeBytes) * (1 - dotProduct(state.weighted, unchanged));
    if (together - state.cost >= best) continue;
    best = together - state.cost;
    found = group;
  }
  return found;
}

function withMember({ sizeBytes, unchanged }: GroupState, member: Loose, weights: Float64Array): GroupState {
  const all = unchanged.map((value, scenario) => value * (member.unchanged[scenario] ?? 0));
  return toState(sizeBytes + member.rated.item.sizeBytes, all, weights);
}

/** What a group costs less without it. Hot loop. */
function savedWithout(state: GroupState, { rated, unchanged }: Loose): number {
  let mean = 0;
  for (let scenario = 0; scenario < unchanged.length; scenario++)
    mean += (state.weighted[scenario] ?? 0) / (unchanged[scenario] ?? 1);
  return state.cost - (state.sizeBytes - rated.item.sizeBytes) * (1 - mean);
}

/** A probability of a change is at most 0.95, so that nothing is divided by zero. */
function withoutMember(
  { sizeBytes, unchanged }: GroupState,
  member: Loose,
  weights: Float64Array,
): GroupState {
  const rest = unchanged.map((value, scenario) => value / (member.unchanged[scenario] ?? 1));
  return toState(sizeBytes - member.rated.item.sizeBytes, rest, weights);
}

/** Hot loop. */
function dotProduct(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}
