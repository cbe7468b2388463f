import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { run } from './layah.ts';
import { cacheDirectory } from './material.ts';

const DAEMON = 'dockerd';
export const DOCKER_NEEDS = [DAEMON, 'docker'] as const;
/** For `withNewDocker`. */
export const NEW_DOCKER_NEEDS = ['root', 'debootstrap', 'unshare', 'nsenter'] as const;

type Use = (env: Record<string, string>) => Promise<void>;

/**
 * Runs `use` while a Docker daemon of its own keeps its images in `directory`, without a network.
 * @param use gets the environment in which `docker` finds it.
 */
export async function withDocker(directory: string, use: Use): Promise<void> {
  const env = { DOCKER_HOST: `unix://${directory}/socket`, PATH: SYSTEM_FIRST };
  await mkdir(directory, { recursive: true });
  await withDaemon({ command: [DAEMON], state: directory, seenAs: directory, env }, () => use(env));
}

/** The same with Docker 28 or later, which is in a root filesystem of its own, the client too. */
export async function withNewDocker(directory: string, use: Use): Promise<void> {
  const script = fileURLToPath(new URL('docker-28-root.sh', import.meta.url));
  const root = join(await cacheDirectory(), 'docker-forky');
  await run('bash', [script, root]);
  const programs = join(directory, 'programs');
  await mkdir(programs, { recursive: true });
  const env = { DOCKER_HOST: 'unix:///mnt/socket', PATH: `${programs}:${SYSTEM_FIRST}` };
  const command = ['bash', script, '--serve', root, directory];
  await withDaemon(
    { command, state: directory, seenAs: '/mnt', env },
    () => use(env),
    async (pid) => {
      const client = `#!/bin/sh\nexec nsenter --target ${pid} --mount --root docker "$@"\n`;
      await writeFile(join(programs, 'docker'), client, { mode: 0o755 });
    },
  );
}

interface Daemon {
  readonly command: readonly string[];
  readonly state: string;
  /** The name of `state` for the daemon. */
  readonly seenAs: string;
  readonly env: Record<string, string>;
}

async function withDaemon(
  { command: [program = '', ...args], state, seenAs, env }: Daemon,
  use: () => Promise<void>,
  onStart: (pid: number) => Promise<void> = async () => undefined,
): Promise<void> {
  await writeFile(join(state, 'daemon.json'), '{}');
  const places = ['--data-root', 'data', '--exec-root', 'exec', '-p', 'pid', '--config-file', 'daemon.json'];
  const flags = places.map((word) => (word.startsWith('-') ? word : `${seenAs}/${word}`));
  const isolated = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=overlay2'];
  const daemon = execa(program, [...args, ...flags, ...isolated, '-H', `unix://${seenAs}/socket`], {
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { PATH: SYSTEM_FIRST },
  });
  try {
    await onStart(daemon.pid ?? 0);
    await untilAnswering(env);
    await use();
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
