import { compileGlobSet, type GlobStates } from './glob-set.ts';
import { ancestorPaths, parentPath, ROOT_PATH, type RootfsPath } from './rootfs-path.ts';

interface Place {
  /** The glob names it, or a directory above it. */
  readonly matches: boolean;
  /** Those that what lies in it is tried in. */
  readonly states: GlobStates;
}

/** Whether a glob of these segments names a path or a directory above it; without segments it names the root. */
export function createPathMatcher(segments: readonly string[]): (path: RootfsPath) => boolean {
  const globs = compileGlobSet(segments.length === 0 ? [] : [segments]);
  const places = new Map<RootfsPath, Place>();
  const root: Place = { matches: segments.length === 0, states: globs.start };
  places.set(ROOT_PATH, root);
  const add = (path: RootfsPath, parent: Place): Place => {
    const matches = parent.matches || globs.match(parent.states, path).length > 0;
    const place = { matches, states: globs.enter(parent.states, path) };
    places.set(path, place);
    return place;
  };
  // No recursion: a hostile path is deeper than the call stack.
  const parentOf = (path: RootfsPath): Place => {
    const known = places.get(parentPath(path));
    if (known !== undefined) return known;
    return ancestorPaths(path).reduce((above, each) => places.get(each) ?? add(each, above), root);
  };
  return (path) => {
    const parent = parentOf(path);
    return path === ROOT_PATH || parent.matches
      ? parent.matches
      : globs.match(parent.states, path).length > 0;
  };
}
