import type { Scan } from '../model/entry.ts';
import { isLiteralSegment } from '../model/glob-segment.ts';
import { compileGlobSet, type GlobStates } from '../model/glob-set.ts';
import type { RecordPattern } from '../model/record-options.ts';
import { resolveLinks } from '../model/resolve-links.ts';
import { parentPath, ROOT_PATH, rootfsPathFromText, type RootfsPath } from '../model/rootfs-path.ts';

export interface SelectedFiles {
  /** Regular files, in the order of the patterns, for one pattern in that of the scan, each once. */
  readonly paths: readonly RootfsPath[];
  readonly unmatched: readonly RecordPattern[];
}

/**
 * The files that a list names. A pattern that names a directory names all that is below it. A path without wildcards is
 * found through the symlinks of the tree; globs are matched against the paths as the tree has them.
 */
export function selectFiles(patterns: readonly RecordPattern[], scan: Scan): SelectedFiles {
  const found = patterns.map((): RootfsPath[] => []);
  for (const { path, patternIndexes } of matchingFiles(compilePatterns(patterns, scan), scan)) {
    for (const index of patternIndexes) found[index]?.push(path);
  }
  return {
    paths: [...new Set(found.flat())],
    unmatched: patterns.filter((_, index) => found[index]?.length === 0),
  };
}

interface CompiledPatterns {
  /** Those without wildcards, by the path that they lead to. */
  readonly literals: ReadonlyMap<RootfsPath, readonly number[]>;
  readonly globs: ReturnType<typeof compileGlobSet>;
  /** The patterns by the numbers of the globs. */
  readonly patternOfGlob: readonly number[];
}

function compilePatterns(patterns: readonly RecordPattern[], scan: Scan): CompiledPatterns {
  const literals = new Map<RootfsPath, number[]>();
  const globs: string[][] = [];
  const patternOfGlob: number[] = [];
  for (const [index, { text }] of patterns.entries()) {
    const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
    if (!segments.every(isLiteralSegment)) {
      globs.push(segments);
      patternOfGlob.push(index);
      continue;
    }
    const path = resolveLinks(rootfsPathFromText(text), (at) => scan.byPath.get(at));
    if (path !== undefined) literals.set(path, [...(literals.get(path) ?? []), index]);
  }
  return { literals, globs: compileGlobSet(globs), patternOfGlob };
}

interface MatchedDirectory {
  readonly states: GlobStates;
  /** The patterns that name it or a directory above it. */
  readonly patternIndexes: readonly number[];
}

interface MatchedFile {
  readonly path: RootfsPath;
  readonly patternIndexes: readonly number[];
}

function* matchingFiles(compiled: CompiledPatterns, scan: Scan): Generator<MatchedFile> {
  const { literals, globs, patternOfGlob } = compiled;
  const directories = new Map<RootfsPath, MatchedDirectory>();
  directories.set(ROOT_PATH, { states: globs.start, patternIndexes: literals.get(ROOT_PATH) ?? [] });
  for (const { path, kind } of scan.entries) {
    const parent = directories.get(parentPath(path));
    if (parent === undefined) continue;
    const own = globs.match(parent.states, path).flatMap((glob) => patternOfGlob[glob] ?? []);
    const patternIndexes = [...new Set([...parent.patternIndexes, ...(literals.get(path) ?? []), ...own])];
    if (kind === 'directory') {
      directories.set(path, { states: globs.enter(parent.states, path), patternIndexes });
    } else if (kind === 'file' && patternIndexes.length > 0) yield { path, patternIndexes };
  }
}
