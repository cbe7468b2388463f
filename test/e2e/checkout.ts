import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { repositoryDirectory } from './layah.ts';

/** Puts into a new directory what a clone would hold, with changes that are not committed yet. */
export async function checkOut(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const script = `${LIST_FILES} | tar -c --null -T - -f - | tar -x -C "$1"`;
  await execa('bash', ['-o', 'pipefail', '-c', script, 'checkout', directory], {
    cwd: repositoryDirectory,
    stdin: 'ignore',
  });
}

const LIST_FILES = `git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\\0' "$file"; done`;
