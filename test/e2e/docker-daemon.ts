import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

const DAEMON = 'dockerd';
export const DOCKER_NEEDS = [DAEMON, 'docker'] as const;

/**
 * Runs `use` while a Docker daemon of its own keeps its images in `directory`, without a network.
 * @param use gets the environment in which `docker` finds it.
 */
export async function withDocker(
  directory: string,
  use: (env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const socket = `unix://${directory}/socket`;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'daemon.json'), '{}');
  const places = [
    '--data-root',
    `${directory}/data`,
    '--exec-root',
    `${directory}/exec`,
    '-p',
    `${directory}/pid`,
  ];
  const isolated = ['--config-file', `${directory}/daemon.json`, '--iptables=false', '--bridge=none'];
  const daemon = execa(DAEMON, [...places, ...isolated, '-H', socket, '--storage-driver', 'overlay2'], {
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { PATH: SYSTEM_FIRST },
  });
  const env = { DOCKER_HOST: socket, PATH: SYSTEM_FIRST };
  try {
    await untilAnswering(env);
    await use(env);
  } finally {
    daemon.kill();
    await daemon;
  }
}

/** The client that came with the daemon: another may be without BuildKit. */
const SYSTEM_FIRST = `/usr/bin:/usr/sbin:${process.env['PATH'] ?? ''}`;

async function untilAnswering(env: Record<string, string>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { exitCode, stderr } = await execa('docker', ['info'], { env, reject: false });
    if (exitCode === 0) return;
    if (Date.now() > deadline) throw new Error(`${DAEMON} does not answer: ${stderr}`);
    await sleep(200);
  }
}
