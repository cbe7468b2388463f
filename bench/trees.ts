import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

type Places = Pick<Settings, 'repository' | 'cache'>;

/** @returns the path of the tree, which is made when it is not in the cache. */
export function makeTree(name: string, { repository, cache }: Places): string {
  const path = join(cache, name.replace(':', '-'));
  const source = name.includes(':') ? makeTree(name.slice(name.indexOf(':') + 1), { repository, cache }) : '';
  const minbase = name === 'large' ? makeTree('minbase', { repository, cache }) : '';
  execFileSync('bash', [join(repository, 'bench/trees.sh'), name, path], {
    env: { ...process.env, BENCH_SOURCE: source, BENCH_MINBASE: minbase },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return path;
}

/** The smallest tree that can be built. @returns its path. */
export function makeOneFile(path: string): string {
  mkdirSync(join(path, 'etc'), { recursive: true });
  writeFileSync(join(path, 'etc/hostname'), 'bench\n');
  return path;
}

/** Of everything but directories, and the content bytes of regular files. */
export function countFiles(tree: string): { readonly files: number; readonly bytes: number } {
  const script =
    'find "$0" ! -type d -printf "%y %s\\n" | awk \'{ if ($1 == "f") b += $2 } END { print NR, b }\'';
  const [files = 0, bytes = 0] = execFileSync('bash', ['-c', script, tree], { encoding: 'utf8' })
    .trim()
    .split(' ')
    .map(Number);
  return { files, bytes };
}
