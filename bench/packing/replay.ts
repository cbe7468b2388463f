import type { Build, Installed } from './data-set.ts';

/** The names of the packages in a layer. */
export type Group = readonly string[];

/** A way to part packages into layers. */
export interface Strategy {
  readonly name: string;
  /** Plans one build after the other; what it keeps between them is the previous image. */
  start(maxLayers: number): (build: Build) => readonly Group[];
}

/** The mean share of an image that a client with the build before downloads: whole layers, when anything in them differs. */
export function downloadedShare(builds: readonly Build[], strategy: Strategy, maxLayers: number): number {
  const planBuild = strategy.start(maxLayers);
  let before = new Set<string>();
  let sum = 0;
  for (const [index, build] of builds.entries()) {
    const layers = toLayers(build, planBuild(build), maxLayers);
    if (index > 0) sum += shareOutside(layers, before);
    before = new Set(layers.map(({ identity }) => identity));
  }
  return sum / (builds.length - 1);
}

/** What no grouping of packages can go below: the packages that are new or updated. */
export function idealShare(builds: readonly Build[]): number {
  let before = new Set<string>();
  let sum = 0;
  for (const [index, { packages }] of builds.entries()) {
    const layers = packages.map((each) => ({ identity: identify(each), sizeBytes: each.sizeBytes }));
    if (index > 0) sum += shareOutside(layers, before);
    before = new Set(layers.map(({ identity }) => identity));
  }
  return sum / (builds.length - 1);
}

interface Layer {
  readonly identity: string;
  readonly sizeBytes: number;
}

function toLayers(build: Build, groups: readonly Group[], maxLayers: number): Layer[] {
  const byName = new Map(build.packages.map((each) => [each.name, each]));
  const layers = groups.map((names) => {
    const members = names.map((name) => {
      const found = byName.get(name);
      if (found === undefined) throw new Error(`${name} is planned twice, or not in the image`);
      byName.delete(name);
      return found;
    });
    return {
      identity: members.map(identify).sort().join(' '),
      sizeBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  });
  if (byName.size > 0) throw new Error(`${byName.size} packages are in no layer`);
  if (layers.length > maxLayers) throw new Error(`${layers.length} layers where ${maxLayers} are allowed`);
  return layers;
}

function identify({ name, version }: Installed): string {
  return `${name}=${version}`;
}

function shareOutside(layers: readonly Layer[], before: ReadonlySet<string>): number {
  let total = 0;
  let downloaded = 0;
  for (const { identity, sizeBytes } of layers) {
    total += sizeBytes;
    if (!before.has(identity)) downloaded += sizeBytes;
  }
  return downloaded / total;
}
