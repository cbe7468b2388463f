/*
 * What `layah explain` says of a path in a tree with claims, whether of an image or of a root filesystem. Pure.
 */
import { rankClaims, type RankedClaim, UNCLAIMED_COMPONENT } from '../components/assign.ts';
import type { Component, SourceClaims } from '../model/component.ts';
import type { Entry, Scan } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import type { ContainedComponent, ExplainReport } from '../model/explain-report.ts';
import { resolveLinks } from '../model/resolve-links.ts';
import { baseName, displayPath, joinPath, parentPath, type RootfsPath } from '../model/rootfs-path.ts';

export interface ExplainableTree {
  readonly scan: Scan;
  readonly sources: readonly SourceClaims[];
  readonly components: readonly Component[];
}

export type PathExplanation = Pick<
  ExplainReport,
  'path' | 'kind' | 'sizeBytes' | 'component' | 'version' | 'basis' | 'claims' | 'contents'
>;

/** Through the symlinks of its directories; a link itself stays one. Undefined when nothing is there. */
export function findEntry(scan: Scan, path: RootfsPath): Entry | undefined {
  if (path === '') return scan.root;
  const parent = resolveLinks(parentPath(path), (at) => scan.byPath.get(at));
  return parent === undefined ? undefined : scan.byPath.get(joinPath(parent, baseName(path)));
}

export function explainEntry(tree: ExplainableTree, entry: Entry): PathExplanation {
  const about = { path: displayPath(entry.path), kind: entry.kind, sizeBytes: sizeOf(entry) };
  const contents = entry.kind === 'directory' ? contentsOf(tree, entry.path) : [];
  const claims = rankClaims(entry, tree.scan, tree.sources);
  const listed = claims.map((claim) => ({ ...claim, path: displayPath(claim.path) }));
  if (contents.length > 0) {
    const nothing = { component: undefined, version: undefined };
    return { ...about, ...nothing, basis: 'contents', claims: listed, contents };
  }
  const component = claims[0]?.component ?? UNCLAIMED_COMPONENT;
  const version = tree.components.find(({ name }) => name === component)?.version;
  return { ...about, component, version, basis: basisOf(claims, entry), claims: listed, contents };
}

function basisOf([first]: readonly RankedClaim[], entry: Entry): ExplainReport['basis'] {
  if (first === undefined) return 'unclaimed';
  return first.path === entry.path ? 'claimed' : 'hardlink';
}

function contentsOf({ components }: ExplainableTree, directory: RootfsPath): ContainedComponent[] {
  const isBelow = (path: RootfsPath): boolean => directory === '' || path.startsWith(`${directory}/`);
  return components
    .map(({ name, entries }) => ({ name, fileCount: entries.filter(({ path }) => isBelow(path)).length }))
    .filter(({ fileCount }) => fileCount > 0)
    .sort((left, right) => right.fileCount - left.fileCount);
}

function sizeOf(entry: Entry): number {
  return entry.kind === 'file' ? entry.sizeBytes : 0;
}

/** @param location as the user named it. */
export function nothingThere(location: string, path: RootfsPath, scan: Scan): LayahError {
  const parent = findEntry(scan, parentPath(path));
  const where = parent?.kind === 'directory' ? 'Its directory is there, without it' : 'Nor is its directory';
  return new LayahError({
    code: 'usage',
    message: `PATH: there is no ${displayPath(path)} in ${location}`,
    hint: `${where}. Paths begin at the root of the image; bytes that are no text are written as \\xNN.`,
  });
}
