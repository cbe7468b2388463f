import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MemoryNode, MemoryTree } from '../memory-rootfs.ts';
import { readListedEntries } from './listed-entries.ts';

const FIXTURE = 'test/fixtures/alpm';
const TREE = `${FIXTURE}/tree`;

/** The root filesystem of test/fixtures/alpm, with the database that pacman wrote and the contents that matter. */
export function readAlpmFixture(): MemoryTree {
  return {
    ...readListedEntries(`${FIXTURE}/entries.txt`),
    ...Object.fromEntries(databaseNodes()),
    '/usr/lib/modules/1/vmlinuz': { kind: 'file', content: 'a kernel that is moved\n' },
    '/usr/share/licenses/common': { kind: 'file', content: 'a license\n' },
  };
}

function databaseNodes(): [string, MemoryNode][] {
  return readdirSync(TREE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [`/${relative(TREE, path)}`, { kind: 'file', content: readFileSync(path) }]);
}
