import type { Scan } from '../../model/entry.ts';
import type { RootfsPath } from '../../model/rootfs-path.ts';

/**
 * The given paths and everything below them, each with the owner of its outermost given path, in scan order. One walk,
 * however many paths are given.
 */
export function* entriesBelow<Owner>(
  scan: Scan,
  owners: ReadonlyMap<RootfsPath, Owner>,
): Generator<readonly [RootfsPath, Owner]> {
  let current: { readonly prefix: string; readonly owner: Owner } | undefined;
  for (const { path } of scan.entries) {
    // A scan is depth first: what is below a directory comes right after it.
    if (current === undefined || !path.startsWith(current.prefix)) {
      const owner = owners.get(path);
      current = owner === undefined ? undefined : { prefix: `${path}/`, owner };
    }
    if (current !== undefined) yield [path, current.owner];
  }
}
