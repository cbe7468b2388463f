import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import { repositoryDirectory } from './layah.ts';

describe('npm run quickstart', () => {
  test('passes in a fresh checkout and prints the layers and the next commands', async () => {
    const checkout = join(inject('runDirectory'), 'checkout');
    await mkdir(checkout);
    // What a clone would hold, with changes that are not committed yet.
    await execa(
      'bash',
      [
        '-o',
        'pipefail',
        '-c',
        `${listFiles} | tar -c --null -T - -f - | tar -x -C "$1"`,
        'checkout',
        checkout,
      ],
      { cwd: repositoryDirectory, stdin: 'ignore' },
    );
    const started = performance.now();
    const { all, exitCode } = await execa('npm', ['run', 'quickstart'], {
      cwd: checkout,
      all: true,
      reject: false,
      stdin: 'ignore',
    });
    console.log(`${all}\nquickstart: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    expect(exitCode).toBe(0);
    for (const text of ['podman load -i', 'skopeo copy oci-archive:', 'docker load -i']) {
      expect(all).toContain(text);
    }
    expect(all).toMatch(/(dpkg|rpm)\/bash\b/);
  });
});

const listFiles = `git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\\0' "$file"; done`;
