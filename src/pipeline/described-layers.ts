import type { Component } from '../model/component.ts';
import { displayPath } from '../model/rootfs-path.ts';
import { rateItems } from '../packing/rated-item.ts';
import type { Packable } from './pack-items.ts';
import type { ImagePlan } from './plan-image.ts';

/** A planned layer as a page shows it. */
export interface DescribedLayer {
  /** From 1, the bottom. */
  readonly number: number;
  readonly components: readonly DescribedComponent[];
  readonly fileCount: number;
  /** Content bytes. */
  readonly sizeBytes: number;
  /** Of a change within a week. */
  readonly probability: number;
}

export interface DescribedComponent {
  readonly name: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
  readonly probability: number;
  /** Those with content, in scan order; a file of several names once. */
  readonly files: readonly DescribedFile[];
}

export interface DescribedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export function describeLayers({ layers, planTimeSeconds }: ImagePlan): DescribedLayer[] {
  const items = layers.flatMap(({ members }) => members.map(({ item }) => item));
  const probabilities = new Map(
    rateItems(items, planTimeSeconds).map(({ item, probability }) => [item.name, probability]),
  );
  return layers.map(({ plan, members }, index) => {
    const components = members.map((member) => describeComponent(member, probabilities));
    return {
      number: index + 1,
      components,
      fileCount: components.reduce((sum, { fileCount }) => sum + fileCount, 0),
      sizeBytes: components.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      probability: plan.weeklyUpdateProbability,
    };
  });
}

function describeComponent(
  { component, item }: Packable,
  probabilities: ReadonlyMap<string, number>,
): DescribedComponent {
  return {
    name: item.name,
    fileCount: component.entries.filter(({ kind }) => kind !== 'directory').length,
    sizeBytes: component.sizeBytes,
    probability: probabilities.get(item.name) ?? 1,
    files: describeFiles(component),
  };
}

function describeFiles({ entries }: Component): DescribedFile[] {
  const seenGroups = new Set<number>();
  const files: DescribedFile[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'file' || entry.sizeBytes === 0) continue;
    if (entry.linkGroup !== undefined && seenGroups.has(entry.linkGroup)) continue;
    if (entry.linkGroup !== undefined) seenGroups.add(entry.linkGroup);
    files.push({ path: displayPath(entry.path), sizeBytes: entry.sizeBytes });
  }
  return files;
}
