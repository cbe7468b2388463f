import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** As Debian calls CNCF distribution. */
export const REGISTRY_PROGRAM = 'docker-registry';

export interface RegistryOptions {
  /** Where its configuration, its data and its log are. */
  readonly directory: string;
  /** The only user, who must log in. */
  readonly user?: { readonly name: string; readonly password: string };
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface RegistryServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Its access log so far, a line a request. */
  requests(): Promise<string[]>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** After `kill`: on the same port, with the same data. */
  restart(): Promise<void>;
}

/** Runs `use` with `127.0.0.1:PORT` of a fresh docker-registry that keeps its data in `directory`. */
export async function withRegistry(directory: string, use: (host: string) => Promise<void>): Promise<void> {
  await withRegistryServer({ directory }, ({ host }) => use(host));
}

export async function withRegistryServer(
  options: RegistryOptions,
  use: (server: RegistryServer) => Promise<void>,
): Promise<void> {
  const { directory, tls } = options;
  const host = `127.0.0.1:${await freePort()}`;
  const logPath = join(directory, 'registry.log');
  await mkdir(join(directory, 'data'), { recursive: true });
  await writeFile(join(directory, 'config.yml'), await configuration(host, options));
  const start = async (): Promise<(signal: 'SIGTERM' | 'SIGKILL') => Promise<void>> => {
    const log = { file: logPath, append: true } as const;
    const server = execa(REGISTRY_PROGRAM, ['serve', join(directory, 'config.yml')], {
      stdout: log,
      stderr: log,
      reject: false,
      stdin: 'ignore',
    });
    const stop = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
      server.kill(signal);
      await server;
    };
    await untilAnswering(host, tls?.certificate).catch(async (thrown: unknown) => {
      await stop('SIGKILL');
      throw thrown;
    });
    return stop;
  };
  let stop = await start();
  try {
    await use({
      host,
      requests: async () =>
        (await readFile(logPath, 'utf8')).split('\n').filter((line) => line.includes('HTTP/1.1"')),
      kill: () => stop('SIGKILL'),
      async restart() {
        stop = await start();
      },
    });
  } finally {
    await stop('SIGTERM');
  }
}

/** Of blobs, from the access log: `"GET /v2/NAME/blobs/DIGEST HTTP/1.1" STATUS BYTES`. */
export function servedBlobBytes(requests: readonly string[]): number {
  return requests.reduce((sum, line) => {
    const [, bytes = '0'] = /"GET \S+\/blobs\/\S+ HTTP\/1\.1" 20\d (\d+)/.exec(line) ?? [];
    return sum + Number(bytes);
  }, 0);
}

async function configuration(host: string, { directory, user, tls }: RegistryOptions): Promise<string> {
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    // Uploads go on after a restart only with a secret that stays the same.
    http: { addr: host, secret: 'layah', ...(tls && { tls }) },
    ...(user && { auth: { htpasswd: { realm: 'layah', path: join(directory, 'htpasswd') } } }),
  };
  if (user !== undefined) {
    // The C library knows bcrypt; the program htpasswd is in a package of its own.
    const program = String.raw`print crypt($ARGV[0], '$2y$05$' . 'layahlayahlayahlayahlu')`;
    const { stdout } = await execa('perl', ['-e', program, user.password]);
    await writeFile(join(directory, 'htpasswd'), `${user.name}:${stdout}\n`);
  }
  // JSON is YAML.
  return JSON.stringify(config);
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

async function untilAnswering(host: string, authority: string | undefined): Promise<void> {
  const deadline = Date.now() + 15_000;
  const url = authority === undefined ? `http://${host}/v2/` : `https://${host}/v2/`;
  const trust = authority === undefined ? [] : ['--insecure'];
  while (Date.now() < deadline) {
    const answer = await execa('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...trust, url], {
      reject: false,
    });
    if (answer.stdout === '200' || answer.stdout === '401') return;
    await sleep(100);
  }
  throw new Error(`${REGISTRY_PROGRAM} does not answer on ${host}`);
}
