import type { Scan } from '../../model/entry.ts';
import { baseName, joinPath, parentPath, type RootfsPath } from '../../model/rootfs-path.ts';

/** `module.cpython-311.pyc`, `module.pypy39.opt-1.pyc` (PEP 3147, PEP 488). */
const BYTECODE_PATTERN = /^(.+)\.(?:cpython-|pypy|graalpy)[0-9a-z]+(?:-[0-9a-z]+)*(?:\.opt-[0-9a-z]+)?\.pyc$/;

/**
 * Gives compiled modules in __pycache__ that nobody owns to the owners of the modules beside it: many installers
 * compile without noting it.
 * @param owners - is added to.
 */
export function ownBytecode<Owner>(scan: Scan, owners: Map<RootfsPath, Owner>): void {
  for (const { kind, path } of scan.entries) {
    if (kind !== 'file' || owners.has(path)) continue;
    const module = moduleOf(path);
    const owner = module === undefined ? undefined : owners.get(module);
    if (owner !== undefined) owners.set(path, owner);
  }
}

function moduleOf(path: RootfsPath): RootfsPath | undefined {
  const directory = parentPath(path);
  if (baseName(directory) !== '__pycache__') return undefined;
  const [, module] = BYTECODE_PATTERN.exec(baseName(path)) ?? [];
  return module === undefined ? undefined : joinPath(parentPath(directory), `${module}.py`);
}
