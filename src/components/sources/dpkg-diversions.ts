import { LayahError } from '../../model/errors.ts';
import { displayPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';

/** Where the path that a package's list names really lies (dpkg-divert(1)). */
export type DivertPath = (path: RootfsPath, packageName: string) => RootfsPath;

/**
 * Parses var/lib/dpkg/diversions: three lines each, the diverted path, where it went, and the package whose own file
 * stays at the path; `:` is a local diversion, which no package is exempt from. dpkg compares the paths as they are
 * written in the lists, so this comes before the symlinks of the tree.
 * @param text - a byte string.
 * @param file - for messages.
 * @throws LayahError `bad-database` when the lines are not a multiple of three.
 */
export function parseDpkgDiversions(text: string, file: RootfsPath): DivertPath {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length % 3 !== 0) throw badDiversions(file, lines.length);
  const diversions = new Map<RootfsPath, { readonly to: RootfsPath; readonly packageName: string }>();
  for (let index = 0; index < lines.length; index += 3) {
    const [from = '', to = '', packageName = ''] = lines.slice(index, index + 3);
    diversions.set(rootfsPath(from), { to: rootfsPath(to), packageName });
  }
  return (path, packageName) => {
    const diversion = diversions.get(path);
    return diversion === undefined || diversion.packageName === packageName ? path : diversion.to;
  };
}

function badDiversions(file: RootfsPath, lineCount: number): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `${displayPath(file)} has ${lineCount} lines, which is no multiple of three`,
    hint: 'Repair the package database of the root filesystem, for example with dpkg-divert inside it.',
  });
}
