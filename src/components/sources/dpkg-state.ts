/*
 * What lies in a Debian tree because of its packages, though no package lists it. All claims are weak.
 *
 * - Python's byte code, which is made on installing: `D/__pycache__/NAME.*.pyc` belongs to what `D/NAME.py` does.
 * - Files that the scripts of one package generate belong to that package.
 * - The lists of what there is to install (apt-get update), and downloaded packages and the caches made of the lists, are
 *   components of their own, so that it shows what they cost: `dpkg/apt-lists` and `dpkg/apt-cache`.
 * - What is written for all packages together (logs of installing, answers to debconf's questions, the cache of
 *   ldconfig and the like) is the component `dpkg/state`. It changes with any package.
 */
import type { Claim, SourceInput } from '../../model/component.ts';
import { baseName, joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { claimDatabaseFiles } from './database-components.ts';

/** Paths, with everything below them, by the binary package whose scripts generate them; the inner path first. */
const GENERATED: readonly (readonly [packageName: string, path: RootfsPath])[] = [
  ['ca-certificates-java', rootfsPath('etc/ssl/certs/java')],
  ['ca-certificates', rootfsPath('etc/ssl/certs')],
  // Made of the types that all packages add, which seldom change.
  ['shared-mime-info', rootfsPath('usr/share/mime')],
  ['locales', rootfsPath('usr/lib/locale/locale-archive')],
  ['udev', rootfsPath('usr/lib/udev/hwdb.bin')],
];

/** Weak claims on what one package made. */
export function claimGeneratedFiles(
  input: SourceInput,
  claims: ReadonlyMap<RootfsPath, Claim>,
  componentOfPackage: ReadonlyMap<string, number>,
): Map<RootfsPath, Claim> {
  const weak = new Map<RootfsPath, Claim>();
  for (const { path } of input.scan.entries) {
    if (!path.endsWith('.pyc')) continue;
    const component = claims.get(sourceOfByteCode(path))?.component;
    if (component !== undefined && !claims.has(path)) weak.set(path, { component, strength: 'weak' });
  }
  for (const [packageName, root] of GENERATED) {
    const component = componentOfPackage.get(packageName);
    if (component === undefined) continue;
    for (const path of claimDatabaseFiles(input, [root], component).keys()) {
      if (!claims.has(path) && !weak.has(path)) weak.set(path, { component, strength: 'weak' });
    }
  }
  return weak;
}

/** The first whose paths hold a file has it. */
const STATE: readonly (readonly [component: string, paths: readonly RootfsPath[]])[] = [
  ['dpkg/apt-lists', ['var/lib/apt/lists'].map(rootfsPath)],
  ['dpkg/apt-cache', ['var/cache/apt'].map(rootfsPath)],
  [
    'dpkg/state',
    [
      'var/cache/debconf',
      'var/cache/fontconfig',
      'var/cache/ldconfig',
      'var/cache/man',
      'var/lib/apt',
      'var/lib/pam',
      'var/lib/shells.state',
      'var/lib/systemd/deb-systemd-helper-enabled',
      'var/lib/systemd/deb-systemd-helper-masked',
      'var/lib/systemd/deb-systemd-user-helper-enabled',
      'var/lib/ucf',
      'var/log/alternatives.log',
      'var/log/apt',
      'var/log/bootstrap.log',
      'var/log/dpkg.log',
      'var/log/fontconfig.log',
      'etc/ld.so.cache',
      'usr/share/applications/mimeinfo.cache',
      'usr/share/glib-2.0/schemas/gschemas.compiled',
      'usr/share/info/dir',
    ].map(rootfsPath),
  ],
];

export interface StateClaims {
  /** Only those that the tree has something of. */
  readonly componentNames: readonly string[];
  readonly claims: ReadonlyMap<RootfsPath, Claim>;
}

/**
 * Weak claims on the state of the package manager.
 * @param firstComponent - the index of the first of the names.
 */
export function claimPackageState(
  input: SourceInput,
  claims: ReadonlyMap<RootfsPath, Claim>,
  firstComponent: number,
): StateClaims {
  const componentNames: string[] = [];
  const weak = new Map<RootfsPath, Claim>();
  for (const [name, paths] of STATE) {
    const component = firstComponent + componentNames.length;
    const free = [...claimDatabaseFiles(input, paths, component).keys()].filter(
      (path) => !claims.has(path) && !weak.has(path),
    );
    for (const path of free) weak.set(path, { component, strength: 'weak' });
    if (free.length > 0) componentNames.push(name);
  }
  return { componentNames, claims: weak };
}

/** `D/NAME.py` of `D/__pycache__/NAME.cpython-311.pyc` (PEP 3147); the path itself where it is no such file. */
function sourceOfByteCode(path: RootfsPath): RootfsPath {
  const directory = parentPath(path);
  const name = /^(.+?)\.[^.]+(?:\.opt-[0-9]+)?\.pyc$/.exec(baseName(path))?.[1];
  if (name === undefined || baseName(directory) !== '__pycache__') return path;
  return joinPath(parentPath(directory), `${name}.py`);
}
