import { formatBytes, formatNoun, formatShare } from '../model/human-numbers.ts';
import type { ComponentFate, DiffComponent, DiffReport } from '../model/diff-report.ts';

/* What the text and the Markdown of `layah diff` both say. */

export const COMPONENT_WORDS: Readonly<Record<ComponentFate, string>> = {
  added: 'added',
  removed: 'removed',
  updated: 'updated',
  repacked: 'repacked',
  unchanged: 'unchanged',
};

/** `downloads 3 of 64 layers: 12.3 MiB of 55.0 MiB (22.4 %)` */
export function describeDownload({ download, new: updated }: DiffReport): string {
  const { layerCount, blobBytes, share } = download;
  const layers = `${layerCount} of ${formatNoun(updated.layerCount, 'layer')}`;
  return `downloads ${layers}, ${formatBytes(blobBytes)} (${formatShare(share, 1)})`;
}

/** `by chunk: 12 of 3,408 chunks, 1.2 MiB`; undefined where no new layer is eStargz. */
export function describeChunks({ chunks }: DiffReport): string | undefined {
  const { chunkCount, sharedChunkCount, downloadBytes, otherLayerBytes } = chunks;
  if (chunkCount === 0) return undefined;
  const missing = formatNoun(chunkCount - sharedChunkCount, 'chunk');
  const others = otherLayerBytes === 0 ? '' : `, of which ${formatBytes(otherLayerBytes)} are not eStargz`;
  return `${missing} of ${formatNoun(chunkCount, 'chunk').replace(/ .*/, '')}, ${formatBytes(downloadBytes)}${others}`;
}

/** `1.0-1`, `1.0-1 -> 1.0-2`, or what counts as changed where no version is known. */
export function describeVersions({ fate, oldVersion, newVersion, files }: DiffComponent): string {
  if (fate === 'added') return newVersion ?? '';
  if (fate === 'removed') return oldVersion ?? '';
  if (oldVersion !== newVersion) return `${oldVersion ?? '?'} -> ${newVersion ?? '?'}`;
  const changed = files.added + files.removed + files.changed + files.touched;
  if (changed === 0) return newVersion ?? '';
  return [newVersion, formatNoun(changed, 'file')].filter((part) => part !== undefined).join(', ');
}

/** Those that cost most first; without what has not changed. */
export function changedComponents({ components }: DiffReport): DiffComponent[] {
  return components
    .filter(({ fate }) => fate !== 'unchanged')
    .toSorted((left, right) => right.downloadBytes - left.downloadBytes);
}
