import { assignComponents } from '../components/assign.ts';
import { loadSources } from '../components/load-sources.ts';
import { createTreeReader, type FileContents } from '../images/tree-reader.ts';
import type { MergedTree } from '../images/merge-tree.ts';
import { scanTree } from '../images/tree-scan.ts';
import { type Component, SOURCE_NAMES, type SourceClaims, type SourceName } from '../model/component.ts';
import type { Scan } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import type { RunContext } from './run.ts';

/** A tree, and what the sources of components say of it. */
export interface SourcedTree {
  readonly scan: Scan;
  readonly sources: readonly SourceClaims[];
}

/** With the components that come of that. */
export interface ClaimedTree extends SourcedTree {
  readonly components: readonly Component[];
  /** The component of every path that belongs to one; directories are implied by what is in them. */
  readonly componentOf: ReadonlyMap<RootfsPath, string>;
}

/**
 * The merged tree of an image. A package database that cannot be used costs a warning: unlike a build, which must not
 * depend on it, this only says less then.
 * @param contents of the files that sources read.
 */
export async function sourceImageTree(
  tree: MergedTree,
  contents: FileContents,
  { reporter, signal }: RunContext,
): Promise<SourcedTree> {
  const scan = scanTree(tree);
  const input = { scan, reader: createTreeReader(tree, contents), reporter, signal };
  const load = (enabledSources: readonly SourceName[]) =>
    loadSources(input, { enabledSources, componentMap: undefined });
  try {
    return { scan, sources: await load(SOURCE_NAMES) };
  } catch (thrown) {
    if (!isAboutDatabases(thrown)) throw thrown;
    const why = thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
    reporter.warn(`the package database of the image is not used: ${why}`);
    return { scan, sources: await load(SOURCE_NAMES.filter((name) => !PACKAGE_MANAGERS.has(name))) };
  }
}

export function claimTree({ scan, sources }: SourcedTree): ClaimedTree {
  const { components } = assignComponents(scan, sources);
  const componentOf = new Map<RootfsPath, string>();
  for (const { name, entries } of components) for (const { path } of entries) componentOf.set(path, name);
  return { scan, sources, components, componentOf };
}

const PACKAGE_MANAGERS: ReadonlySet<string> = new Set(['rpm', 'dpkg', 'apk', 'alpm']);

function isAboutDatabases(thrown: unknown): thrown is LayahError {
  return (
    thrown instanceof LayahError &&
    (thrown.code === 'bad-database' || thrown.code === 'missing-program' || thrown.code === 'command-failed')
  );
}
