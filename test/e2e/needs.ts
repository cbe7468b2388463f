import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { getuid } from 'node:process';
import { test } from 'vitest';
import { repositoryDirectory } from './layah.ts';

/** A program on the PATH, `root` for its rights, or (with a slash) an executable file relative to the repository. */
export type Need = string;

/** A test that is skipped, with a title that says what is missing, where the machine lacks something. */
export function testWith(needs: readonly Need[], title: string, body: () => void | Promise<void>): void {
  const missing = needs.filter((need) => !isThere(need));
  const fullTitle = missing.length === 0 ? title : `${title} (needs ${missing.join(', ')})`;
  test.skipIf(missing.length > 0)(fullTitle, body);
}

/** For what a whole file of such tests prepares. */
export function haveAll(needs: readonly Need[]): boolean {
  return needs.every((need) => isThere(need));
}

export function isThere(need: Need): boolean {
  if (need === 'root') return getuid?.() === 0;
  if (need.includes('/')) return isExecutable(resolve(repositoryDirectory, need));
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.some((directory) => isExecutable(join(directory, need)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
