import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import { withRegistry } from './registry-server.ts';

/**
 * Every program of the containers project takes it for what it is: a registry without TLS. Only a file in the home
 * directory can say so to all of them.
 * @param directory has its images, perhaps from an earlier time.
 */
export async function withTrustedRegistry(
  use: (host: string) => Promise<void>,
  directory = join(inject('runDirectory'), `registry-${randomUUID()}`),
): Promise<void> {
  const settings = join(directory, '.config/containers');
  await mkdir(settings, { recursive: true });
  await withRegistry(directory, async (host) => {
    const registry = `[[registry]]\nlocation = "${host}"\ninsecure = true\n`;
    await writeFile(join(settings, 'registries.conf'), registry);
    vi.stubEnv('HOME', directory);
    try {
      await use(host);
    } finally {
      vi.unstubAllEnvs();
    }
  });
}
