import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { repositoryDirectory, run } from './layah.ts';

/** What a lazy pull is made with, besides root. */
export const LAZY_PULL_NEEDS = ['root', 'go', 'containerd', 'ctr-remote', 'runc', 'fusermount3'];

export interface LazyPuller {
  pull(reference: string): Promise<void>;
  /** How many layers of the images pulled so far are mounted by the snapshotter. */
  lazyLayers(): Promise<number>;
  /** Runs a shell script in a container. @returns what it printed. */
  runInImage(reference: string, script: string): Promise<string>;
}

export interface LazyPullerOptions {
  /** Where containerd and the snapshotter keep what they have; may not exist yet. */
  readonly directory: string;
  /** Whether the snapshotter fetches what stands before the prefetch landmarks; without it not. */
  readonly prefetch?: boolean;
}

/** Runs `use` with a fresh containerd and a current stargz-snapshotter. */
export async function withLazyPuller(
  { directory, prefetch = false }: LazyPullerOptions,
  use: (puller: LazyPuller) => Promise<void>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const program = await run('bash', [join(repositoryDirectory, '.ci/build-snapshotter.sh')]);
  const [snapshots, address] = [join(directory, 's.sock'), join(directory, 'c.sock')];
  await writeFile(join(directory, 'containerd.toml'), containerdConfig(directory, { snapshots, address }));
  const flags = ['-address', snapshots, '-root', join(directory, 'snapshotter')];
  const daemons = [
    daemon(directory, program.trim(), prefetch ? [...flags, '-prefetch'] : flags),
    daemon(directory, 'containerd', ['-c', join(directory, 'containerd.toml')]),
  ];
  const ctr = (client: string, ...args: string[]) => run(client, ['-a', address, ...args]);
  try {
    await untilAnswering(() => ctr('ctr', 'version'));
    await use({
      async pull(reference) {
        await ctr('ctr-remote', 'images', 'rpull', '--plain-http', reference);
      },
      async lazyLayers() {
        const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
        return mounts.filter((line) => line.includes(` ${directory}/`) && line.includes('fuse.rawBridge'))
          .length;
      },
      runInImage: (reference, script) =>
        ctr('ctr', 'run', '--rm', '--snapshotter=stargz', reference, 'lazy', '/bin/sh', '-c', script),
    });
  } finally {
    for (const running of daemons.toReversed()) await running.kill();
    await unmountAll(directory);
  }
}

function containerdConfig(
  directory: string,
  sockets: { readonly snapshots: string; readonly address: string },
): string {
  const unused = [
    'grpc.v1.cri',
    ...['btrfs', 'zfs', 'aufs', 'devmapper'].map((name) => `snapshotter.v1.${name}`),
  ];
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = [${unused.map((name) => `"io.containerd.${name}"`).join(', ')}]
[grpc]
  address = "${sockets.address}"
[proxy_plugins.stargz]
  type = "snapshot"
  address = "${sockets.snapshots}"
`;
}

function daemon(directory: string, program: string, args: readonly string[]) {
  const log = { file: join(directory, 'daemons.log'), append: true } as const;
  const started = execa(program, [...args], { stdout: log, stderr: log, stdin: 'ignore', reject: false });
  return {
    async kill() {
      started.kill('SIGTERM');
      await started;
    },
  };
}

async function untilAnswering(ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (thrown) {
      if (Date.now() > deadline) throw thrown;
      await sleep(200);
    }
  }
}

async function unmountAll(directory: string): Promise<void> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  const places = lines
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  for (const place of places.toReversed()) await run('umount', ['-l', place]);
}
