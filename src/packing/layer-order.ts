/*
 * The order of layers. What is unpacked is re-used from the bottom up, as far as nothing below has changed. So the layers that
 * change least come first, and what changes in every build comes last: exclusive ones by name, then what shares a layer.
 *
 * With a previous image its lowest layers, up to the first that is not there any more, stay where they are. Otherwise rates
 * that drift a little would turn layers around and have unchanged ones unpacked again.
 */
import { compareByteOrder } from '../model/byte-order.ts';
import type { LayerReason, PreviousComponent, PreviousLayer } from '../model/layer-plan.ts';
import { byName, type Members, updateProbability } from './rated-item.ts';

export interface DraftLayer {
  /** Sorted by name, not empty. */
  readonly members: Members;
  readonly reason: LayerReason;
}

/** @returns the layers from the bottom up. */
export function orderLayers(
  layers: readonly DraftLayer[],
  previous: readonly PreviousLayer[] | undefined,
): DraftLayer[] {
  const stable = new Map(
    layers
      .filter((layer) => !isVolatile(layer))
      .map((layer) => [identify(layer.members.map(({ item }) => item)), layer]),
  );
  const bottom: DraftLayer[] = [];
  for (const { components } of previous ?? []) {
    const identity = identify(components);
    const same = stable.get(identity);
    if (same === undefined) break;
    stable.delete(identity);
    bottom.push(same);
  }
  const above = [...stable.values()]
    .map((layer) => ({ layer, probability: updateProbability(layer.members) }))
    .sort((left, right) => left.probability - right.probability || byFirstName(left.layer, right.layer))
    .map(({ layer }) => layer);
  const volatile = layers.filter(isVolatile);
  return [
    ...bottom,
    ...above,
    ...volatile.filter(isExclusive).sort(byFirstName),
    ...volatile.filter((layer) => !isExclusive(layer)),
  ];
}

/** The same for the same content. */
function identify(components: readonly PreviousComponent[]): string {
  const sorted = components.toSorted((left, right) => compareByteOrder(left.name, right.name));
  return JSON.stringify(sorted.map(({ name, fingerprint }) => [name, fingerprint]));
}

function isVolatile({ members }: DraftLayer): boolean {
  return members.some(({ item }) => item.changesEveryBuild);
}

function isExclusive({ reason }: DraftLayer): boolean {
  return reason === 'exclusive';
}

function byFirstName({ members: [left] }: DraftLayer, { members: [right] }: DraftLayer): number {
  return left === undefined || right === undefined ? 0 : byName(left, right);
}
