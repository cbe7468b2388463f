/*
 * The plan with a previous image. A layer of it is clean when all its components are there and none has changed: it keeps its
 * members and so its bytes. The components of the other layers are loose, because what lies in them is downloaded again
 * anyway, and so are new ones. Loose components are grouped anew in the layers that clean ones leave.
 *
 * What a group costs is counted by the time between builds (build-pace.ts).
 *
 * A clean layer changes only when it must: when all layers are clean and a component is new, or when fewer layers are allowed.
 * Then the cheapest are merged, and a clean one costs its bytes once, spread over half a year.
 */
import type { PreviousLayer } from '../model/layer-plan.ts';
import { weeksBetweenBuilds } from './build-pace.ts';
import { improveGroups } from './improve-groups.ts';
import type { GroupLimits } from './memoryless.ts';
import { type Cluster, mergeClusters } from './merge-clusters.ts';
import { type Members, type RatedItem, totalBytes, unchangedProbability } from './rated-item.ts';
import { bundleLinks, snakeOrder } from './snake-order.ts';

export interface RepackOptions extends GroupLimits {
  readonly previous: readonly PreviousLayer[];
  readonly planTimeSeconds: number;
}

export interface RepackedGroup {
  readonly members: Members;
  readonly reason: 'clean' | 'repacked' | 'placed';
}

/** @returns groups in no order, or undefined when so few layers cannot keep the limit of their size. */
export function repackGroups(weekly: Members, options: RepackOptions): RepackedGroup[] | undefined {
  const weeks = weeksBetweenBuilds(weekly, options.previous);
  const items = weekly.map(({ item, probability }) => ({ item, probability: probability * weeks }));
  const weeklyOf = new Map(weekly.map((rated) => [rated.item, rated]));
  return repackPaced(items, options)?.map(({ members, reason }) => ({
    members: members.map((rated) => weeklyOf.get(rated.item) ?? rated),
    reason,
  }));
}

function repackPaced(items: Members, options: RepackOptions): RepackedGroup[] | undefined {
  const clean = findCleanGroups(items, options);
  const fixed = new Set(clean.flat());
  const loose = items.filter((rated) => !fixed.has(rated));
  const loosened =
    loose.length + clean.length <= options.maxLayers ? loose.map((rated) => [rated]) : undefined;
  const groups = loosened ?? groupLoose(loose, clean.length, options);
  if (groups === undefined) return mergeAll(clean, loose, options)?.map(toRepacked(options, clean));
  return [...clean, ...groups].map(toRepacked(options, clean));
}

function toRepacked(
  { previous }: RepackOptions,
  clean: readonly Members[],
): (members: Members) => RepackedGroup {
  const known = new Set(previous.flatMap(({ components }) => components.map(({ name }) => name)));
  const untouched = new Set(clean);
  return (members) => {
    if (untouched.has(members)) return { members, reason: 'clean' };
    return { members, reason: members.some(({ item }) => known.has(item.name)) ? 'repacked' : 'placed' };
  };
}

function findCleanGroups(items: Members, { previous, maxLayerSizeBytes }: RepackOptions): Members[] {
  const unclaimed = new Map(items.map((rated) => [rated.item.name, rated]));
  return previous.flatMap(({ components }) => {
    const members = components.map(({ name, fingerprint }) => {
      const rated = unclaimed.get(name);
      // A name that several layers claim to have counts once.
      unclaimed.delete(name);
      return rated?.item.fingerprint === fingerprint ? rated : undefined;
    });
    const unchanged = members.filter((rated) => rated !== undefined);
    const isTooLarge = unchanged.length > 1 && totalBytes(unchanged) > maxLayerSizeBytes;
    const isClean = unchanged.length === members.length && unchanged.length > 0 && !isTooLarge;
    return isClean ? [unchanged] : [];
  });
}

/** Grouping is good enough without the last step where there are very many. */
const MOST_TO_IMPROVE = 4096;

function groupLoose(
  loose: Members,
  cleanCount: number,
  { maxLayers, maxLayerSizeBytes, planTimeSeconds }: RepackOptions,
): readonly Members[] | undefined {
  const room = maxLayers - cleanCount;
  if (room < 1) return undefined;
  const merged = mergeClusters(looseClusters(loose, maxLayerSizeBytes), {
    maxClusters: room,
    maxClusterBytes: maxLayerSizeBytes,
  })?.map(({ members }) => members);
  if (merged === undefined || loose.length > MOST_TO_IMPROVE) return merged;
  return improveGroups(merged, { maxLayerSizeBytes, planTimeSeconds });
}

/** Half a year of weekly builds pays for a clean layer that changes. */
const WEEKS_TO_PAY = 26;

function mergeAll(
  clean: readonly Members[],
  loose: Members,
  { maxLayers, maxLayerSizeBytes }: RepackOptions,
): Members[] | undefined {
  const clusters = [
    ...clean.map((members) => toCluster(members, totalBytes(members) / WEEKS_TO_PAY)),
    ...looseClusters(loose, maxLayerSizeBytes),
  ];
  const limits = { maxClusters: maxLayers, maxClusterBytes: maxLayerSizeBytes };
  return mergeClusters(clusters, limits)?.map(({ members }) => members);
}

function looseClusters(loose: Members, maxLayerSizeBytes: number): Cluster<RatedItem>[] {
  return bundleLinks(snakeOrder(loose), maxLayerSizeBytes).map((bundle) =>
    toCluster(
      bundle.map(({ rated }) => rated),
      0,
    ),
  );
}

function toCluster(members: Members, breakingCost: number): Cluster<RatedItem> {
  const sizeBytes = totalBytes(members);
  return {
    members,
    sizeBytes,
    costBytes: sizeBytes,
    unchanged: unchangedProbability(members),
    breakingCost,
  };
}
