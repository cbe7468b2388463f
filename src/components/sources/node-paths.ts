import { rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';

/** What a path below a node_modules directory is part of. */
export type NodeLocation =
  | {
      readonly kind: 'package';
      /** The outermost node_modules directory. */
      readonly modules: RootfsPath;
      /** `name` or `@scope/name`, a byte string. */
      readonly name: string;
      /** Whether the path is the package itself and not something in it. */
      readonly isTop: boolean;
    }
  /** What the package manager keeps for itself: a lock file, a cache. */
  | { readonly kind: 'metadata'; readonly modules: RootfsPath };

/**
 * Reads a path by its names alone. Packages inside of packages are part of the outer one. Of the stores of pnpm
 * (.pnpm), npm and Yarn (.store) every directory is a package, under its name without version and peers:
 *
 *     node_modules/NAME                                 node_modules/.bin/x
 *     node_modules/@SCOPE/NAME                          node_modules/.package-lock.json
 *     node_modules/.pnpm/@SCOPE+NAME@1.0.0_peer@2/node_modules/@SCOPE/NAME
 *     node_modules/.pnpm/node_modules/NAME              node_modules/.store/@SCOPE/NAME@1.0.0-HASH/...
 *
 * @returns undefined outside of node_modules, and for a directory that only holds packages.
 */
export function locateNodePath(path: string): NodeLocation | undefined {
  const [whole] = MODULES_PATTERN.exec(path) ?? [];
  if (whole === undefined) return undefined;
  const modules = rootfsPath(path.slice(0, whole.length - 1));
  const names = path.slice(whole.length).split('/', MAX_NAMES);
  const [first = '', second] = names;
  if (STORES.has(first)) return locateInStore(modules, names);
  if (first === BIN_DIRECTORY && second === undefined) return undefined;
  if (first.startsWith('.')) return { kind: 'metadata', modules };
  return packageLocation(modules, names);
}

const MODULES_PATTERN = /^(?:.*?\/)?node_modules\//s;
const STORES: ReadonlySet<string> = new Set(['.pnpm', '.store']);
const BIN_DIRECTORY = '.bin';
/** As many as tell what a path is. */
const MAX_NAMES = 5;

function packageLocation(modules: RootfsPath, names: readonly string[]): NodeLocation | undefined {
  const [first = '', second] = names;
  if (!first.startsWith('@')) return { kind: 'package', modules, name: first, isTop: names.length === 1 };
  if (second === undefined) return undefined;
  return { kind: 'package', modules, name: `${first}/${second}`, isTop: names.length === 2 };
}

function locateInStore(modules: RootfsPath, names: readonly string[]): NodeLocation | undefined {
  const [, entry, ...rest] = names;
  if (entry === undefined) return undefined;
  // Links to what was hoisted, for packages that need what they do not name.
  if (entry === 'node_modules') return rest.length === 0 ? undefined : packageLocation(modules, rest);
  const isScope = SCOPE_PATTERN.test(entry);
  if (isScope && rest.length === 0) return undefined;
  const name = storedName(isScope ? `${entry}/${rest[0]}` : entry);
  if (name === undefined) return { kind: 'metadata', modules };
  return { kind: 'package', modules, name, isTop: false };
}

/** npm has a directory for each scope in its store too. */
const SCOPE_PATTERN = /^@[^@+]*$/;

/** pnpm: `NAME@VERSION` with a slash as `+`; npm: `NAME@VERSION-HASH`; Yarn: `NAME-npm-VERSION-HASH`, a slash as `-`. */
function storedName(entry: string): string | undefined {
  const [, name] = /^(@?[^@]+?)(?:@|-npm-|-virtual-)/.exec(entry) ?? [];
  return name?.replace(/^(@[^+]*)\+/, '$1/');
}
