import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { LayerPlan, PackItem, PreviousLayer } from '../../src/model/layer-plan.ts';
import { asPrevious, plan } from '../unit/packing/pack-items.ts';

const anItem: fc.Arbitrary<PackItem> = fc.record({
  name: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.nat(200).map((number) => `dpkg/p${number}`),
  ),
  sizeBytes: fc.oneof(fc.nat(3), fc.nat()),
  updateTimesSeconds: fc.array(fc.integer({ min: 1_500_000_000, max: 1_800_000_000 }), { maxLength: 30 }),
  updateIntervalDays: fc.option(fc.integer({ min: 1, max: 36_500 }), { nil: undefined, freq: 9 }),
  changesEveryBuild: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  exclusive: fc.constant(false),
  fingerprint: fc.constantFrom('1', '2'),
});
const someItems = fc.uniqueArray(anItem, { selector: ({ name }) => name, maxLength: 80 });
const ordinaryItems = fc
  .uniqueArray(anItem, { selector: ({ name }) => name, minLength: 2, maxLength: 80 })
  .map((items) => items.map((item) => ({ ...item, changesEveryBuild: false })));
const aBudget = fc.integer({ min: 1, max: 40 });

/** Anything that an image can claim: names that are in no layer or in several, any fingerprint. */
function aPrevious(items: readonly PackItem[]): fc.Arbitrary<PreviousLayer[]> {
  const component = fc.record({
    name: fc.oneof(fc.constantFrom('gone', ...items.map(({ name }) => name)), fc.string({ maxLength: 4 })),
    fingerprint: fc.constantFrom('1', '2', ''),
  });
  return fc.array(fc.record({ components: fc.array(component, { maxLength: 4 }) }), { maxLength: 40 });
}

const itemsAndPrevious = someItems.chain((items) =>
  fc.record({ items: fc.constant(items), previous: fc.option(aPrevious(items), { nil: undefined }) }),
);

/** An image, and the next one, in which some components have changed, some are gone and some are new. */
const anUpdate = fc
  .record({ items: ordinaryItems, maxLayers: fc.integer({ min: 4, max: 40 }), newCount: fc.nat(3) })
  .chain(({ items, maxLayers, newCount }) => {
    const before = items.slice(newCount);
    return fc.tuple(upTo(4, before), upTo(2, before)).map(([changed, removed]) => ({
      maxLayers,
      previous: asPrevious(before, plan(before, maxLayers)),
      items: items
        .filter((item) => !removed.includes(item))
        .map((item) => (changed.includes(item) ? touch(item) : item)),
    }));
  });

function touch(item: PackItem): PackItem {
  return { ...item, fingerprint: 'changed' };
}

function upTo(count: number, items: readonly PackItem[]): fc.Arbitrary<PackItem[]> {
  return fc.subarray([...items], { maxLength: Math.min(count, items.length) });
}

function isClean({ components }: PreviousLayer, items: readonly PackItem[]): boolean {
  return components.every(({ name, fingerprint }) =>
    items.some((item) => item.name === name && item.fingerprint === fingerprint),
  );
}

function hasLayer(layers: readonly LayerPlan[], { components }: PreviousLayer): boolean {
  const names = components.map(({ name }) => name);
  return layers.some(({ componentNames, reason }) => equal(componentNames, names) && reason === 'clean');
}

function sortedBytes(names: readonly string[]): string[] {
  return names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/** Names may hold any character, so lists of them are compared as they are. */
function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function namesOf(layers: readonly LayerPlan[]): (readonly string[])[] {
  return layers.map(({ componentNames }) => componentNames);
}

describe('planLayers', () => {
  it('puts every item into exactly one layer, leaves none empty and keeps the limit, whatever was before', () => {
    fc.assert(
      fc.property(itemsAndPrevious, aBudget, ({ items, previous }, maxLayers) => {
        const { layers } = plan(items, maxLayers, { previous });
        return (
          layers.length <= maxLayers &&
          layers.every(({ componentNames }) => componentNames.length > 0) &&
          equal(sortedBytes(namesOf(layers).flat()), sortedBytes(items.map(({ name }) => name)))
        );
      }),
    );
  });

  it('does not depend on the order of the items', () => {
    const shuffled = itemsAndPrevious.chain(({ items, previous }) =>
      fc.record({
        items: fc.constant(items),
        previous: fc.constant(previous),
        others: fc.shuffledSubarray(items, { minLength: items.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, aBudget, ({ items, others, previous }, maxLayers) =>
        equal(plan(items, maxLayers, { previous }), plan(others, maxLayers, { previous })),
      ),
    );
  });

  it('does not depend on what comes after the plan time', () => {
    fc.assert(
      fc.property(someItems, aBudget, (items, maxLayers) => {
        const planTimeSeconds = 1_650_000_000;
        const known = items.map((item) => ({
          ...item,
          updateTimesSeconds: item.updateTimesSeconds.filter((time) => time <= planTimeSeconds),
        }));
        return equal(
          plan(items, maxLayers, { planTimeSeconds }),
          plan(known, maxLayers, { planTimeSeconds }),
        );
      }),
    );
  });

  it('gives the same plan when all sizes are multiplied by a power of four', () => {
    fc.assert(
      fc.property(
        itemsAndPrevious,
        aBudget,
        fc.integer({ min: 1, max: 7 }),
        ({ items, previous }, maxLayers, power) => {
          const scaled = items.map((item) => ({ ...item, sizeBytes: item.sizeBytes * 4 ** power }));
          return equal(
            namesOf(plan(items, maxLayers, { previous }).layers),
            namesOf(plan(scaled, maxLayers, { previous }).layers),
          );
        },
      ),
    );
  });

  it('names the components of a layer in byte order', () => {
    fc.assert(
      fc.property(itemsAndPrevious, aBudget, ({ items, previous }, maxLayers) =>
        namesOf(plan(items, maxLayers, { previous }).layers).every((names) =>
          equal(names, sortedBytes(names)),
        ),
      ),
    );
  });

  it('puts the layers first that change least, when there is no previous image', () => {
    fc.assert(
      fc.property(someItems, aBudget, (items, maxLayers) => {
        const rates = plan(items, maxLayers).layers.map((layer) => layer.weeklyUpdateProbability);
        return rates.every((rate, index) => index === 0 || rate >= (rates[index - 1] ?? 0));
      }),
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
        const alone = new Set(namesOf(layers).flatMap((names) => (names.length === 1 ? names : [])));
        return (
          layers.length <= maxLayers &&
          namesOf(layers).flat().length === items.length &&
          items.every(({ name, exclusive }) => !exclusive || alone.has(name))
        );
      }),
    );
  });

  it('keeps what changes in every build in the last layer, apart from the rest where two layers are allowed', () => {
    fc.assert(
      fc.property(itemsAndPrevious, fc.integer({ min: 2, max: 40 }), ({ items, previous }, maxLayers) => {
        const volatile = sortedBytes(items.filter((item) => item.changesEveryBuild).map(({ name }) => name));
        const last = plan(items, maxLayers, { previous }).layers.at(-1)?.componentNames;
        return volatile.length === 0 || equal(last, volatile);
      }),
    );
  });

  it('gives every ordinary item its own layer when they fit, and one for later', () => {
    fc.assert(
      fc.property(someItems, (items) => {
        const ordinary = items.filter((item) => !item.changesEveryBuild);
        const { layers } = plan(items, ordinary.length + 2);
        return namesOf(layers).filter((names) => names.length === 1).length >= ordinary.length;
      }),
    );
  });

  it('keeps the limit of the size of layers that have several items, or refuses it', () => {
    fc.assert(
      fc.property(
        itemsAndPrevious,
        aBudget,
        fc.nat(),
        ({ items, previous }, maxLayers, maxLayerSizeBytes) => {
          try {
            const { layers, warnings } = plan(items, maxLayers, { previous, maxLayerSizeBytes });
            const large = items.filter(({ sizeBytes }) => sizeBytes > maxLayerSizeBytes);
            return (
              warnings.length === large.length &&
              layers.length <= maxLayers &&
              layers.every(
                ({ componentNames, sizeBytes }) =>
                  sizeBytes <= maxLayerSizeBytes || componentNames.length === 1,
              )
            );
          } catch (thrown) {
            return items.length > maxLayers && String(thrown).includes('--max-layer-size');
          }
        },
      ),
    );
  });
});

describe('planLayers with a previous image', () => {
  it('changes no clean layer when a component is added', () => {
    fc.assert(
      fc.property(ordinaryItems, fc.integer({ min: 4, max: 40 }), ([added, ...items], maxLayers) => {
        if (added === undefined) return false;
        const previous = asPrevious(items, plan(items, maxLayers));
        const { layers } = plan([...items, added], maxLayers, { previous });
        return previous.every((layer) => hasLayer(layers, layer));
      }),
    );
  });

  it('changes no clean layer as long as they leave one for the rest', () => {
    fc.assert(
      fc.property(anUpdate, ({ items, maxLayers, previous }) => {
        const clean = previous.filter((layer) => isClean(layer, items));
        const { layers } = plan(items, maxLayers, { previous });
        return clean.length < maxLayers && clean.every((layer) => hasLayer(layers, layer));
      }),
    );
  });

  it('changes nothing when nothing has changed', () => {
    fc.assert(
      fc.property(anUpdate, ({ items, maxLayers, previous }) => {
        const once = plan(items, maxLayers, { previous });
        const twice = plan(items, maxLayers, { previous: asPrevious(items, once) });
        return equal(namesOf(once.layers), namesOf(twice.layers));
      }),
    );
  });
});
