import { assignComponents } from '../components/assign.ts';
import { loadSources, type SourceSelection } from '../components/load-sources.ts';
import { createTreeReader, type FileContents } from '../images/tree-reader.ts';
import type { MergedTree } from '../images/merge-tree.ts';
import { scanTree } from '../images/tree-scan.ts';
import { type Component, SOURCE_NAMES, type SourceClaims, type SourceInput } from '../model/component.ts';
import type { Scan } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import type { RunContext } from './run.ts';

/** A tree with all that the sources of components say of it. */
export interface ClaimedTree {
  readonly scan: Scan;
  readonly sources: readonly SourceClaims[];
  readonly components: readonly Component[];
  /** The component of every path that belongs to one; directories are implied by what is in them. */
  readonly componentOf: ReadonlyMap<RootfsPath, string>;
}

/**
 * The merged tree of an image. A package database that cannot be used costs a warning: unlike a build, which must not
 * depend on it, this only says less then.
 * @param contents of the files that sources read.
 */
export async function claimImageTree(
  tree: MergedTree,
  contents: FileContents,
  { reporter, signal }: RunContext,
): Promise<ClaimedTree> {
  const input = { scan: scanTree(tree), reader: createTreeReader(tree, contents), reporter, signal };
  try {
    return await claimTree(input, { enabledSources: SOURCE_NAMES, componentMap: undefined });
  } catch (thrown) {
    if (!isAboutDatabases(thrown)) throw thrown;
    const why = thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
    reporter.warn(`the package database of the image is not used: ${why}`);
    const enabledSources = SOURCE_NAMES.filter((name) => !PACKAGE_MANAGERS.has(name));
    return claimTree(input, { enabledSources, componentMap: undefined });
  }
}

/** @throws LayahError as `loadSources` */
async function claimTree(input: SourceInput, selection: SourceSelection): Promise<ClaimedTree> {
  const { scan } = input;
  const sources = await loadSources(input, selection);
  const { components } = assignComponents(scan, sources);
  const componentOf = new Map(
    components.flatMap(({ name, entries }) => entries.map(({ path }) => [path, name] as const)),
  );
  return { scan, sources, components, componentOf };
}

const PACKAGE_MANAGERS: ReadonlySet<string> = new Set(['rpm', 'dpkg', 'apk', 'alpm']);

function isAboutDatabases(thrown: unknown): thrown is LayahError {
  return (
    thrown instanceof LayahError &&
    (thrown.code === 'bad-database' || thrown.code === 'missing-program' || thrown.code === 'command-failed')
  );
}
