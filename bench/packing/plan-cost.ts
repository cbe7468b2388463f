/* What planning 1,200 packages into 128 layers costs. Its own process, so that the peak memory is that of nothing else. */
import type { PackItem, PackingOptions } from '../../src/model/layer-plan.ts';
import { planLayers } from '../../src/packing/pack.ts';
import { readDataSet } from './data-set.ts';

const PACKAGE_COUNT = 1200;
const MAX_LAYERS = 128;

main(process.argv.slice(2));

function main(paths: readonly string[]): void {
  const items = readItems(paths);
  const planTimeSeconds = Math.max(...items.flatMap(({ updateTimesSeconds }) => updateTimesSeconds));
  const options = {
    maxLayers: MAX_LAYERS,
    maxLayerSizeBytes: undefined,
    planTimeSeconds,
    previous: undefined,
  };
  report('memoryless', items, options);
  // The most that there can be to do: every layer has changed.
  const previous = items.map(({ name }) => ({ components: [{ name, fingerprint: 'old' }] }));
  report('with previous, all changed', items, { ...options, previous });
  const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
  console.log(`peak memory of the process, Node's own included: ${peakMegabytes.toFixed(0)} MB`);
}

/** The packages of all sets, again and again, in sizes that differ a little. */
function readItems(paths: readonly string[]): PackItem[] {
  const packages = paths.flatMap((path) => readDataSet(path).packages);
  return Array.from({ length: PACKAGE_COUNT }, (_, index) => {
    const found = packages[index % packages.length];
    if (found === undefined) throw new Error('the data sets are empty');
    return {
      name: `${index} ${found.name}`,
      sizeBytes: found.sizeBytes + index,
      updateTimesSeconds: found.updateTimesSeconds,
      updateIntervalDays: undefined,
      changesEveryBuild: false,
      exclusive: false,
      fingerprint: 'new',
    };
  });
}

function report(title: string, items: readonly PackItem[], options: PackingOptions): void {
  const started = process.cpuUsage();
  const { layers } = planLayers(items, options);
  const { user, system } = process.cpuUsage(started);
  const seconds = ((user + system) / 1e6).toFixed(2);
  console.log(`${items.length} packages in ${layers.length} layers, ${title}: ${seconds} s of CPU`);
}
