import type { PrunePattern } from '../model/options.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';

export type PruneDecision = 'keep' | 'keep-empty' | 'drop';

/** Decides path by path, parents before children, and remembers which patterns matched. */
export interface Pruner {
  decide(path: RootfsPath): PruneDecision;
  unmatched(): readonly PrunePattern[];
}

export function createPruner(patterns: readonly PrunePattern[]): Pruner {
  const byPath = new Map(patterns.map((pattern) => [pattern.path, pattern]));
  // `/p` is wider than `/p/`, so it wins whatever the order of the flags.
  for (const pattern of patterns) if (!pattern.keepDirectory) byPath.set(pattern.path, pattern);
  const matched = new Set<RootfsPath>();
  return {
    decide(path) {
      const pattern = byPath.get(path);
      if (pattern === undefined) return 'keep';
      matched.add(path);
      return pattern.keepDirectory ? 'keep-empty' : 'drop';
    },
    unmatched: () => patterns.filter((pattern) => !matched.has(pattern.path)),
  };
}
