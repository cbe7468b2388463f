import type { PackItem, PackingOptions, PreviousLayer } from '../../../src/model/layer-plan.ts';
import { planLayers } from '../../../src/packing/pack.ts';
import { planEpochSeconds } from '../../../src/packing/plan-epoch.ts';
import type { Build, Installed } from '../data-set.ts';
import type { Group, Strategy } from '../replay.ts';

export const layah: Strategy = {
  name: 'layah',
  start: (maxLayers) => (build) => planBuild(build, maxLayers, undefined),
};

export const layahWithPrevious: Strategy = {
  name: 'layah --previous',
  start(maxLayers) {
    let previous: readonly PreviousLayer[] | undefined;
    return (build) => {
      const groups = planBuild(build, maxLayers, previous);
      const versions = new Map(build.packages.map(({ name, version }) => [name, version]));
      previous = groups.map((names) => ({
        components: names.map((name) => ({ name, fingerprint: versions.get(name) ?? '' })),
      }));
      return groups;
    };
  },
};

function planBuild(
  { packages, timeSeconds }: Build,
  maxLayers: number,
  previous: PackingOptions['previous'],
): Group[] {
  const planTimeSeconds = previous === undefined ? planEpochSeconds(timeSeconds) : timeSeconds;
  const options = { maxLayers, maxLayerSizeBytes: undefined, planTimeSeconds, previous };
  return planLayers(packages.map(toItem), options).layers.map(({ componentNames }) => componentNames);
}

function toItem({ name, sizeBytes, updateTimesSeconds, version }: Installed): PackItem {
  return {
    name,
    sizeBytes,
    updateTimesSeconds,
    updateIntervalDays: undefined,
    changesEveryBuild: false,
    exclusive: false,
    fingerprint: version,
  };
}
