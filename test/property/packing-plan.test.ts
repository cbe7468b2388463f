import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { LayerPlan, PackItem } from '../../src/model/layer-plan.ts';
import { plan } from '../unit/packing/pack-items.ts';

const anItem: fc.Arbitrary<PackItem> = fc.record({
  name: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.nat(200).map((number) => `dpkg/p${number}`),
  ),
  sizeBytes: fc.oneof(fc.nat(3), fc.nat()),
  updateTimesSeconds: fc.array(fc.nat(2_000_000_000), { maxLength: 4 }),
  updateIntervalDays: fc.option(fc.integer({ min: 1, max: 36_500 }), { nil: undefined }),
  changesEveryBuild: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  exclusive: fc.constant(false),
  fingerprint: fc.constant(''),
});
const someItems = fc.uniqueArray(anItem, { selector: ({ name }) => name, maxLength: 80 });
const aBudget = fc.integer({ min: 1, max: 40 });

/** Names may hold any character, so lists of them are compared as they are. */
function layerOf(layers: readonly LayerPlan[]): Map<string, readonly string[]> {
  return new Map(
    layers.flatMap(({ componentNames }) =>
      componentNames.map((name): [string, readonly string[]] => [name, componentNames]),
    ),
  );
}

function sortedBytes(names: readonly string[]): string[] {
  return names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

describe('planLayers', () => {
  it('puts every item into exactly one layer, leaves no layer empty and keeps the limit', () => {
    fc.assert(
      fc.property(someItems, aBudget, (items, maxLayers) => {
        const { layers } = plan(items, maxLayers);
        const planned = layers.flatMap(({ componentNames }) => componentNames);
        return (
          layers.length <= maxLayers &&
          layers.every(({ componentNames }) => componentNames.length > 0) &&
          equal(sortedBytes(planned), sortedBytes(items.map(({ name }) => name)))
        );
      }),
    );
  });

  it('does not depend on the order of the items', () => {
    const shuffled = someItems.chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
    );
    fc.assert(
      fc.property(shuffled, aBudget, ([items, others], maxLayers) =>
        equal(plan(items, maxLayers), plan(others, maxLayers)),
      ),
    );
  });

  it('names the components of a layer in byte order', () => {
    fc.assert(
      fc.property(someItems, aBudget, (items, maxLayers) =>
        plan(items, maxLayers).layers.every(({ componentNames }) =>
          equal(componentNames, sortedBytes(componentNames)),
        ),
      ),
    );
  });

  it('gives every exclusive item a layer of its own, and keeps the limit', () => {
    const withExclusive = someItems.chain((items) =>
      fc
        .subarray(items, { maxLength: Math.min(items.length, 10) })
        .map((chosen) => items.map((item) => ({ ...item, exclusive: chosen.includes(item) }))),
    );
    fc.assert(
      fc.property(withExclusive, fc.integer({ min: 11, max: 40 }), (items, maxLayers) => {
        const { layers } = plan(items, maxLayers);
        const alone = new Set(
          layers
            .filter(({ componentNames }) => componentNames.length === 1)
            .flatMap((layer) => layer.componentNames),
        );
        const planned = layers.flatMap(({ componentNames }) => componentNames);
        return (
          layers.length <= maxLayers &&
          planned.length === items.length &&
          items.every(({ name, exclusive }) => !exclusive || alone.has(name))
        );
      }),
    );
  });

  it('keeps what changes in every build in the last layer, apart from the rest where two layers are allowed', () => {
    fc.assert(
      fc.property(someItems, fc.integer({ min: 2, max: 40 }), (items, maxLayers) => {
        const volatile = sortedBytes(items.filter((item) => item.changesEveryBuild).map(({ name }) => name));
        const last = plan(items, maxLayers).layers.at(-1)?.componentNames;
        return volatile.length === 0 || equal(last, volatile);
      }),
    );
  });

  it('gives every ordinary item its own layer when they fit', () => {
    fc.assert(
      fc.property(someItems, (items) => {
        const ordinary = items.filter((item) => !item.changesEveryBuild);
        const { layers } = plan(items, ordinary.length + 1);
        return layers.filter(({ componentNames }) => componentNames.length === 1).length >= ordinary.length;
      }),
    );
  });

  it('moves at most one other item when an item is added to a full plan', () => {
    const many = fc.uniqueArray(anItem, { selector: ({ name }) => name, minLength: 30, maxLength: 80 });
    fc.assert(
      fc.property(many, fc.integer({ min: 2, max: 20 }), (items, maxLayers) => {
        const ordinary = items.map((item) => ({ ...item, changesEveryBuild: false }));
        const [added, ...others] = ordinary;
        const before = plan(others, maxLayers).layers;
        const after = layerOf(plan(ordinary, maxLayers).layers);
        // An item has moved when it no longer lies with those that it lay with, the added one aside.
        const moved = [...layerOf(before)].filter(([name, mates]) => {
          const matesNow = after.get(name)?.filter((mate) => mate !== added?.name);
          return !equal(matesNow, mates);
        });
        const changedLayers = new Set(moved.map(([, mates]) => mates));
        // The displaced one leaves its own layer and joins one bin.
        return changedLayers.size <= 2;
      }),
    );
  });
});
