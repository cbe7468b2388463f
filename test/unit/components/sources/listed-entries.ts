import { readFileSync } from 'node:fs';
import type { MemoryNode, MemoryTree } from '../memory-rootfs.ts';

/** The tree of a fixture's entries.txt: a line is `KIND PATH` or `symlink PATH -> TARGET`. */
export function readListedEntries(file: string): MemoryTree {
  const lines = readFileSync(file, 'latin1').trim().split('\n');
  return Object.fromEntries(lines.map(parseLine));
}

function parseLine(line: string): [string, MemoryNode] {
  const [, kind, path = '', target = ''] = /^(\S+) (.*?)(?: -> (.*))?$/.exec(line) ?? [];
  if (kind === 'symlink') return [path, { kind, target }];
  return [path, kind === 'directory' ? { kind } : { kind: 'file', sizeBytes: 1 }];
}
