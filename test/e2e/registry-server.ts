import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** As Debian calls CNCF distribution. */
export const REGISTRY_PROGRAM = 'docker-registry';

/** Runs `use` with `127.0.0.1:PORT` of a fresh docker-registry that keeps its data in `directory`. */
export async function withRegistry(directory: string, use: (host: string) => Promise<void>): Promise<void> {
  const host = `127.0.0.1:${await freePort()}`;
  const configPath = join(directory, 'config.yml');
  await mkdir(join(directory, 'data'), { recursive: true });
  await writeFile(
    configPath,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${directory}/data}}\nhttp: {addr: "${host}"}\n`,
  );
  const server = execa(REGISTRY_PROGRAM, ['serve', configPath], {
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  try {
    await untilAnswering(host);
    await use(host);
  } finally {
    server.kill();
    await server;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return address.port;
}

async function untilAnswering(host: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error(`${REGISTRY_PROGRAM} does not answer on ${host}`);
}
