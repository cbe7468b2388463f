/*
 * Which files the sources read, for who has to fetch them one by one: of an image only these are read.
 */
import type { RootfsPath } from '../model/rootfs-path.ts';

const DATABASE_FILES: readonly RegExp[] = [
  /^(?:var\/lib|usr\/lib\/sysimage)\/dpkg\/(?:status|diversions|status\.d\/[^/]+|alternatives\/[^/]+|info\/[^/]+\.(?:list|md5sums))$/,
  /^(?:usr\/lib\/sysimage|usr\/share|var\/lib)\/rpm\/(?:rpmdb\.sqlite|rpmdb\.sqlite-wal|Packages\.db|Packages)$/,
  /^(?:usr\/)?lib\/apk\/db\/installed$/,
  /^etc\/pacman\.conf$/,
  // pacman.conf may say that the database is elsewhere.
  /(?:^|\/)local\/[^/]+\/(?:desc|files|mtree)$/,
  /\.dist-info\/RECORD$/,
  /\.egg-info\/installed-files\.txt$/,
  /(?:^|\/)conda-meta\/[^/]+\.json$/,
  /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/,
];

const CHANGELOG = /^usr\/share\/doc\/[^/]+\/changelog(?:\.Debian)?(?:\.[a-z0-9]+)?(?:\.gz)?$/;

/** Besides these files, what dates packages, and says nothing of what belongs to whom. */
export function isDatabaseOrChangelog(path: RootfsPath): boolean {
  return isDatabaseFile(path) || CHANGELOG.test(path);
}

/** Whether a source may want the content of a file at this place. */
export function isDatabaseFile(path: RootfsPath): boolean {
  return DATABASE_FILES.some((pattern) => pattern.test(path));
}
