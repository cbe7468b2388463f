import { fileURLToPath } from 'node:url';
import { run } from './layah.ts';

const comparer = fileURLToPath(new URL('compare-trees.py', import.meta.url));

/** See compare-trees.py. */
export type Tolerance =
  '--root-free' | '--times-from-1970' | '--no-acl' | '--no-empty-xattrs' | `--without=${string}`;

/** What containers-storage is known to change. */
export const CONTAINERS_STORAGE: readonly Tolerance[] = [
  '--root-free',
  '--times-from-1970',
  '--no-empty-xattrs',
];

/** What umoci is known to change. */
export const UMOCI: readonly Tolerance[] = ['--no-empty-xattrs'];

/** What a plain tar that knows nothing of image layers cannot do. */
export const PLAIN_TAR: readonly Tolerance[] = ['--root-free', '--no-acl'];

/** @throws with the differences when `output` is not `input`. Returns the summary line. */
export async function expectSameTree(
  input: string,
  output: string,
  tolerances: readonly Tolerance[] = [],
): Promise<string> {
  return run('python3', [comparer, ...tolerances, input, output]);
}
