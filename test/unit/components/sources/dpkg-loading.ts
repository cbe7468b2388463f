import { dpkgSource } from '../../../../src/components/sources/dpkg.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, type MemoryNode, type MemoryTree } from '../memory-rootfs.ts';

export interface LoadedDpkg {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
  readonly hashed: readonly string[];
  /** `dpkg/a strong`, or undefined. */
  readonly ownerOf: (path: string) => string | undefined;
}

export async function loadDpkg(tree: MemoryTree): Promise<LoadedDpkg> {
  const reporter = createCollectingReporter();
  const rootfs = createMemoryRootfs(tree);
  const { signal } = new AbortController();
  const claims = await dpkgSource.load({ ...rootfs, reporter, signal });
  return {
    claims,
    warnings: reporter.warnings,
    hashed: rootfs.hashedPaths,
    ownerOf(path) {
      const claim = claims?.claims.get(rootfsPath(path));
      return claim && `${claims?.components[claim.component]?.name} ${claim.strength}`;
    },
  };
}

export function file(content = ''): MemoryNode {
  return { kind: 'file', content };
}

export function link(target: string): MemoryNode {
  return { kind: 'symlink', target };
}

/** A paragraph of an installed package; further fields, or others, come behind the name. */
export function paragraph(name: string, ...fields: readonly string[]): string {
  const state = fields.some((field) => field.startsWith('Status:')) ? [] : ['Status: install ok installed'];
  const architecture = fields.some((field) => field.startsWith('Architecture:'))
    ? []
    : ['Architecture: amd64'];
  return [`Package: ${name}`, ...state, ...architecture, 'Version: 1', ...fields, ''].join('\n');
}

/** The database in var/lib/dpkg: paragraphs, and files of info by name. */
export function dpkgDatabase(
  paragraphs: readonly string[],
  info: Readonly<Record<string, string>> = {},
): Record<string, MemoryNode> {
  const files = Object.entries(info).map(([name, content]) => [`var/lib/dpkg/info/${name}`, file(content)]);
  return { 'var/lib/dpkg/status': file(paragraphs.join('\n')), ...Object.fromEntries(files) };
}
