import { prioritize } from '../layers/prioritize.ts';
import type { LayerContents } from '../model/layer.ts';
import type { RecordSource } from '../model/record-options.ts';
import type { Reporter } from '../model/reporter.ts';
import type { TreeNode } from '../model/resolve-links.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import { resolveRecord } from '../records/resolve-record.ts';
import type { RunContext } from './run.ts';

/** Puts what is to be prefetched first in a layer. */
export type Prefetch = (layer: LayerContents) => LayerContents;

/**
 * Looks the files of a record up in the tree that the layers make, and says which are not there.
 * @param find - what stands at a path of the tree.
 * @throws LayahError when the record cannot be had.
 */
export async function planPrefetch(
  source: RecordSource | undefined,
  find: (path: RootfsPath) => TreeNode | undefined,
  context: RunContext,
): Promise<Prefetch> {
  if (source === undefined) return (layer) => layer;
  // Loaded when it is wanted, with what reads images.
  const { loadRecord } = await import('./record-image.ts');
  const files = await loadRecord(source, context);
  const { paths, missing } = resolveRecord(files, find);
  warnOfMissing({ missing, fileCount: files.length, origin: source.origin }, context.reporter);
  return (layer) => prioritize(layer, paths);
}

export interface MissingFiles {
  readonly missing: readonly RootfsPath[];
  readonly fileCount: number;
  /** The record, as the user named it. */
  readonly origin: string;
}

const MAX_LISTED = 5;

export function warnOfMissing({ missing, fileCount, origin }: MissingFiles, reporter: Reporter): void {
  if (missing.length === 0) return;
  const listed = missing.slice(0, MAX_LISTED).map(displayPath).join(', ');
  const more = missing.length > MAX_LISTED ? ` and ${missing.length - MAX_LISTED} more` : '';
  const count = `${missing.length} of the ${fileCount} files in ${origin}`;
  reporter.warn(`${count} are not in the image and cannot be prefetched: ${listed}${more}`);
  for (const path of missing.slice(MAX_LISTED)) reporter.debug(`not in the image: ${displayPath(path)}`);
}
