import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MemoryNode, MemoryTree } from '../memory-rootfs.ts';

const FIXTURE = 'test/fixtures/dpkg';
const TREE = `${FIXTURE}/tree`;

/** The tree of test/fixtures/dpkg: what its packages have on a Debian 12, and the real files of its database. */
export function readDpkgFixture(): MemoryTree {
  return { ...Object.fromEntries(listedNodes()), ...Object.fromEntries(databaseNodes()) };
}

function listedNodes(): [string, MemoryNode][] {
  const lines = readFileSync(`${FIXTURE}/entries.txt`, 'latin1').trim().split('\n');
  return lines.map((line) => {
    const [, kind, path = '', target = ''] = /^(\S+) (\S+)(?: -> (\S+))?$/.exec(line) ?? [];
    if (kind === 'symlink') return [path, { kind, target }];
    return [path, kind === 'directory' ? { kind } : { kind: 'file', sizeBytes: 1 }];
  });
}

function databaseNodes(): [string, MemoryNode][] {
  return readdirSync(TREE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [`/${relative(TREE, path)}`, { kind: 'file', content: readFileSync(path) }]);
}
