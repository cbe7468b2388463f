import { UNCLAIMED_COMPONENT } from '../components/assign.ts';
import type { FileDifference } from '../images/compare-files.ts';
import { compareByteOrder } from '../model/byte-order.ts';
import type { ComponentFate, DiffComponent, FileCounts } from '../model/diff-report.ts';
import type { ComparedImage } from './compared-image.ts';

export interface ComparedImages {
  readonly old: ComparedImage;
  readonly new: ComparedImage;
  readonly differences: readonly FileDifference[];
  /** Whether a client has the layer of the new image already. */
  readonly isShared: (layer: number) => boolean;
}

/** Every component of both images; the bytes of all together are those of the layers. */
export function diffComponents(images: ComparedImages): DiffComponent[] {
  const old = sumComponents(images.old, () => false);
  const updated = sumComponents(images.new, (layer) => !images.isShared(layer));
  const counts = countFiles(images);
  return [...new Set([...old.keys(), ...updated.keys()])].sort(compareByteOrder).map((name) => {
    const before = old.get(name);
    const after = updated.get(name);
    const files = counts.get(name) ?? NO_FILES;
    return {
      name,
      fate: fateOf({ before, after, files }),
      oldVersion: images.old.versions.get(name),
      newVersion: images.new.versions.get(name),
      oldBytes: before?.sizeBytes ?? 0,
      newBytes: after?.sizeBytes ?? 0,
      downloadBytes: after?.downloadBytes ?? 0,
      files,
    };
  });
}

/** For lists of files too. */
export function componentOf(image: ComparedImage, entry: FileDifference['old']): string | undefined {
  if (entry === undefined || entry.header.kind === 'directory') return undefined;
  return image.lookup.find(entry.header.path, entry.layer) ?? UNCLAIMED_COMPONENT;
}

interface ComponentSums {
  sizeBytes: number;
  downloadBytes: number;
  isInNewLayer: boolean;
}

function sumComponents(
  image: ComparedImage,
  isDownloaded: (layer: number) => boolean,
): Map<string, ComponentSums> {
  const sums = new Map<string, ComponentSums>();
  for (const entry of image.entries) {
    const name = componentOf(image, entry);
    if (name === undefined) continue;
    const sum = sums.get(name) ?? { sizeBytes: 0, downloadBytes: 0, isInNewLayer: false };
    sums.set(name, sum);
    sum.sizeBytes += entry.header.sizeBytes;
    if (!isDownloaded(entry.layer)) continue;
    sum.downloadBytes += entry.header.sizeBytes;
    sum.isInNewLayer = true;
  }
  return sums;
}

const NO_FILES: FileCounts = { added: 0, removed: 0, changed: 0, touched: 0 };

/** A file that moved from one component to another counts for both. */
function countFiles({ old, new: updated, differences }: ComparedImages): Map<string, FileCounts> {
  const counts = new Map<string, FileCounts>();
  for (const { change, old: before, new: after } of differences) {
    const names = new Set([componentOf(old, before), componentOf(updated, after)]);
    for (const name of names) {
      if (name === undefined) continue;
      const known = counts.get(name) ?? NO_FILES;
      counts.set(name, { ...known, [change]: known[change] + 1 });
    }
  }
  return counts;
}

interface ComparedComponent {
  readonly before: ComponentSums | undefined;
  readonly after: ComponentSums | undefined;
  readonly files: FileCounts;
}

function fateOf({ before, after, files }: ComparedComponent): ComponentFate {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  if (Object.values(files).some((count) => count > 0)) return 'updated';
  return after.isInNewLayer ? 'repacked' : 'unchanged';
}
