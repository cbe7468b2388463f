import type { Strategy } from '../replay.ts';

/** apko's layering by origin within a budget: the largest are alone, everything else shares the last layer. */
export const apko: Strategy = {
  name: 'apko',
  start:
    (maxLayers) =>
    ({ packages }) => {
      const names = packages
        .toSorted((left, right) => right.sizeBytes - left.sizeBytes || (left.name < right.name ? -1 : 1))
        .map(({ name }) => name);
      const rest = names.splice(maxLayers - 1);
      return [...names.map((name) => [name]), rest].filter((group) => group.length > 0);
    },
};

export const oneLayer: Strategy = {
  name: 'one layer',
  start:
    () =>
    ({ packages }) => [packages.map(({ name }) => name)],
};
