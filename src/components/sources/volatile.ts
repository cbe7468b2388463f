/*
 * Files that two builds of the same packages never have in common, wherever they come from. Weak claims: what a package
 * manager says of them counts for more, and dpkg's own state is with its source (dpkg-state.ts).
 *
 * The list is short on purpose, since all of it lies in the layer that clients pull again with every build. Two runs of
 * debootstrap on one day differ in var/log and var/cache/ldconfig alone; a Debian before and after its security updates
 * also in var/cache/fontconfig and in files of the updated packages. The rest is in it because what writes it puts a time or
 * a random number into it.
 *
 *
 * etc/ld.so.cache           offsets of all libraries together: any updated library changes it
 * var/cache, var/log        of the package manager, ldconfig (inodes, times), fontconfig (times) and whoever else; the FHS
 *                           allows losing the first and adds to the second
 * etc/shadow, etc/shadow-   the day on which each password was set, that is, on which the image was built
 * etc/machine-id, var/lib/dbus/machine-id, var/lib/systemd/random-seed     random
 * etc/ssh/ssh_host_*        keys that are made when the server is installed
 * root/.cache, tmp, var/tmp what the programs that ran in the build have left
 */
import type { Claim, ComponentSource, SourceClaims } from '../../model/component.ts';
import type { Scan } from '../../model/entry.ts';
import type { RootfsPath } from '../../model/rootfs-path.ts';
import { databaseComponent } from './database-components.ts';

export const volatileSource: ComponentSource = {
  name: 'volatile',
  load: ({ scan }) => Promise.resolve(claimVolatile(scan)),
};

/** Whole paths, and what is below them. */
const VOLATILE =
  /^(?:etc\/(?:ld\.so\.cache|machine-id|shadow-?|ssh\/ssh_host_[^/]+)|var\/(?:cache|log|tmp)|var\/lib\/(?:dbus\/machine-id|systemd\/random-seed)|root\/\.cache|tmp)(?:\/|$)/;

/** @returns undefined when the tree has nothing of the kind. */
export function claimVolatile({ entries }: Scan): SourceClaims | undefined {
  const claims = new Map<RootfsPath, Claim>();
  for (const { path, kind } of entries) {
    // An empty directory says nothing of the build.
    if (kind !== 'directory' && VOLATILE.test(path)) claims.set(path, { component: 0, strength: 'weak' });
  }
  if (claims.size === 0) return undefined;
  return {
    source: 'volatile',
    packageCount: undefined,
    components: [databaseComponent('volatile/files')],
    claims,
  };
}
