import { formatBytes, formatCount, formatNoun, formatShare } from '../model/human-numbers.ts';
import type { ComponentFate, DiffComponent, DiffReport, FileCounts } from '../model/diff-report.ts';

/* What the text and the Markdown of `layah diff` both say. */

export const COMPONENT_WORDS: Readonly<Record<ComponentFate, string>> = {
  added: 'added',
  removed: 'removed',
  updated: 'updated',
  repacked: 'repacked',
  unchanged: 'unchanged',
};

/** `downloads 3 of 64 layers, 12.3 MiB (22.4 %)` */
export function describeDownload({ download, new: updated }: DiffReport): string {
  const { layerCount, blobBytes, share } = download;
  const layers = `${layerCount} of ${formatNoun(updated.layerCount, 'layer')}`;
  return `downloads ${layers}, ${formatBytes(blobBytes)} (${formatShare(share, 1)})`;
}

/** `12 of 3,408 chunks, 1.2 MiB`; undefined where no new layer is eStargz. */
export function describeChunks({ chunks }: DiffReport): string | undefined {
  const { chunkCount, sharedChunkCount, downloadBytes, otherLayerBytes } = chunks;
  if (chunkCount === 0) return undefined;
  const counts = `${formatCount(chunkCount - sharedChunkCount)} of ${formatNoun(chunkCount, 'chunk')}`;
  const others = otherLayerBytes === 0 ? '' : `, of which ${formatBytes(otherLayerBytes)} are not eStargz`;
  return `${counts}, ${formatBytes(downloadBytes)}${others}`;
}

/** `12 of 3,408 content-defined chunks of 64.0 KiB on average, ...`; undefined unless it was asked for. */
export function describeContentDefined({ contentDefined }: DiffReport): string | undefined {
  if (contentDefined === undefined) return undefined;
  const { averageChunkBytes, chunkCount, sharedChunkCount, newChunkBytes, sizeBytes } = contentDefined;
  const counts = `${formatCount(chunkCount - sharedChunkCount)} of ${formatCount(chunkCount)}`;
  const bytes = `${formatBytes(newChunkBytes)} of ${formatBytes(sizeBytes)}`;
  return `${counts} content-defined chunks of ${formatBytes(averageChunkBytes)} on average, ${bytes} before compression`;
}

/** `1.0-1`, `1.0-1 -> 1.0-2`, or what counts as changed where no version is known. */
export function describeVersions({ fate, oldVersion, newVersion, files }: DiffComponent): string {
  if (fate === 'added') return newVersion ?? '';
  if (fate === 'removed') return oldVersion ?? '';
  if (oldVersion !== newVersion) return `${oldVersion ?? '?'} -> ${newVersion ?? '?'}`;
  return [newVersion, describeFiles(files)].filter((part) => part !== undefined).join(', ');
}

/** Touched are those of which only mode, owner, time or attributes differ. */
function describeFiles({ added, removed, changed, touched }: FileCounts): string | undefined {
  const count = added + removed + changed;
  if (count > 0) return `${formatNoun(count, 'file')} changed`;
  return touched > 0 ? `${formatNoun(touched, 'file')} touched` : undefined;
}

/** Those that cost most first; without what has not changed. */
export function changedComponents({ components }: DiffReport): DiffComponent[] {
  return components
    .filter(({ fate }) => fate !== 'unchanged')
    .toSorted((left, right) => right.downloadBytes - left.downloadBytes);
}
