import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import { checkOut } from './checkout.ts';

describe('npm run quickstart', () => {
  test('passes in a fresh checkout and prints the layers and the next commands', async () => {
    const checkout = join(inject('runDirectory'), 'checkout');
    await checkOut(checkout);
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
