import type { Claim, SourceInput } from '../../model/component.ts';
import { baseName, type RootfsPath } from '../../model/rootfs-path.ts';
import type { MissingDpkgFile } from './dpkg-files.ts';
import { reclaimMovedFiles } from './moved-files.ts';

export interface MovedDpkgFilesQuery {
  readonly missing: readonly MissingDpkgFile[];
  readonly claims: ReadonlyMap<RootfsPath, Claim>;
  readonly componentOfSource: ReadonlyMap<string, number>;
}

/**
 * Weak claims on files that lie elsewhere. dpkg records no sizes, and images without documentation miss thousands of
 * files: so that not everything an application brings is read, only files of the same name are looked at, and for
 * what was in /boot also those without the version (boot/vmlinuz-6.1.0-40-amd64 becomes vmlinuz in the directory of
 * its modules).
 */
export async function claimMovedDpkgFiles(
  input: SourceInput,
  { missing, claims, componentOfSource }: MovedDpkgFilesQuery,
): Promise<Map<RootfsPath, Claim>> {
  const names = new Set(missing.flatMap(({ path }) => possibleNames(path)));
  const { scan } = input;
  const candidates = { ...scan, entries: scan.entries.filter(({ path }) => names.has(baseName(path))) };
  return await reclaimMovedFiles(
    { ...input, scan: candidates },
    {
      claims,
      missing: missing.flatMap(({ md5Hex, owner }) => {
        const component = componentOfSource.get(owner.sourceName);
        if (component === undefined) return [];
        return { sizeBytes: undefined, algorithm: 'md5' as const, digestHex: md5Hex, component };
      }),
    },
  );
}

function possibleNames(path: RootfsPath): string[] {
  const name = baseName(path);
  return path.startsWith('boot/') ? [name, name.replace(/-.*/s, '')] : [name];
}
