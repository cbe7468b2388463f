import { joinPath, parentPath, ROOT_PATH, type RootfsPath } from './rootfs-path.ts';

/** What stands at a path of a tree, as far as finding the way goes. */
export interface TreeNode {
  readonly kind: string;
  /** The text of a symlink, as a byte string. */
  readonly target?: string;
}

/** As in the kernel (MAXSYMLINKS). */
const MAX_LINKS = 40;

/**
 * The path with every symlink resolved inside the tree, as if it were `/`; undefined when nothing is there, a link
 * loops or a name on the way is no directory.
 */
export function resolveLinks(
  path: RootfsPath,
  find: (path: RootfsPath) => TreeNode | undefined,
): RootfsPath | undefined {
  const pending = namesOf(path).toReversed();
  let resolved = ROOT_PATH;
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      resolved = parentPath(resolved);
      continue;
    }
    const next = joinPath(resolved, name);
    const node = find(next);
    if (node === undefined) return undefined;
    if (node.kind === 'symlink') {
      if (++links > MAX_LINKS) return undefined;
      const { target = '' } = node;
      if (target.startsWith('/')) resolved = ROOT_PATH;
      pending.push(...namesOf(target).toReversed());
    } else if (pending.length > 0 && node.kind !== 'directory') return undefined;
    else resolved = next;
  }
  return resolved;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
