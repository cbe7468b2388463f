import type { PrunePattern } from '../model/options.ts';
import { rootfsPathFromText } from '../model/rootfs-path.ts';
import { usageError } from './usage-error.ts';

/**
 * `--prune`: `/p` drops p, `/p/` (or `/p/.`) keeps the directory and drops what is in it. A path without a leading
 * slash begins at the root too.
 * @throws LayahError `usage` for a path that is the root itself.
 */
export function parsePrunePattern(text: string): PrunePattern {
  const path = rootfsPathFromText(text);
  if (path === '') {
    throw usageError(
      `--prune: ${JSON.stringify(text)} would drop the whole root filesystem`,
      'Name a path below it, for example --prune /var/cache/.',
    );
  }
  return { path, keepDirectory: /\/\.?$/.test(text) };
}
