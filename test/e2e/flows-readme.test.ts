import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import { DOCKER_NEEDS, withDocker } from './docker-daemon.ts';
import { manifestDigest, withMounted } from './flows-compare.ts';
import { APP_IMAGE, prepareStorage, runScript } from './flows-workspace.ts';
import { layahMain, layahOrFail, repositoryDirectory, run } from './layah.ts';
import { testWith } from './needs.ts';
import { consoleBlocks, readReadme, shellBlocks, tableCommands } from './readme.ts';
import { REGISTRY_PROGRAM } from './registry-server.ts';
import { withTrustedRegistry } from './trusted-registry.ts';

const EXAMPLES = [
  'split-with-podman.sh',
  'split-with-docker.sh',
  'split-with-docker-build.sh',
  'split-with-splitter.sh',
  'split-with-splitter-file.sh',
  'split-rootfs.sh',
  'split-while-building.sh',
  'push.sh',
  'convert.sh',
];
/** A block of the README for layah without a container. */
const USES_PROGRAM = /^layah /m;
const FLAT_IMAGE = 'localhost/readme:flat';

/** What tests run of what the README shows at a prompt. */
const RUN_COMMANDS: readonly RegExp[] = [
  // quickstart.test.ts, and all the rest.
  /^npm run (?:quickstart|check)/,
  // npm-package.test.ts
  /^npm (?:ci|run build|pack)/,
  // chunk-images.test.ts
  /^layah chunk /,
  // Below.
  /^podman (?:build|inspect) /,
  /^skopeo copy /,
  /^layah (?:build|plan|verify|inspect|diff|explain) /,
];

/* The other flow tests run the examples, and Containerfile's own command; what the README shows is the same text. */
describe('the README', () => {
  test('shows the commands of the examples, of Containerfile and for layah without a container, and no others', async () => {
    const examples = await Promise.all(EXAMPLES.map((name) => read(`examples/${name}`)));
    const lines = (await read('Containerfile')).split('\n');
    const own = lines.find((line) => line.startsWith('#   buildah build'))?.slice(4);
    const commands = examples.map((text) => text.replace(/^(?:#.*\n)+/, ''));
    const blocks = await shellBlocks();
    expect(blocks).toEqual(expect.arrayContaining([`${own}\n`, ...commands]));
    const others = blocks.filter((block) => block !== `${own}\n` && !commands.includes(block));
    // Run below.
    expect(others.filter((block) => !USES_PROGRAM.test(block))).toEqual([]);
  });

  test('shows at a prompt what tests run', async () => {
    const commands = (await consoleBlocks()).flat();
    expect(commands.filter((command) => !RUN_COMMANDS.some((pattern) => pattern.test(command)))).toEqual([]);
  });

  test('names files that are there', async () => {
    const links = Array.from(
      (await readReadme()).matchAll(/\]\((?!https?:|#)([^)]+)\)/g),
      ([, path = '']) => path,
    );
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((path) => !existsSync(join(repositoryDirectory, path)))).toEqual([]);
  });

  testWith(
    ['root', 'podman', 'skopeo', 'strace', 'dpkg', ...DOCKER_NEEDS, REGISTRY_PROGRAM],
    'has commands for layah without a container that build, deliver and check an image',
    async () => {
      const build = await blockWith(/^podman build/);
      const plan = await blockWith(/^layah plan/);
      const page = await blockWith(/ --html /);
      const variants = await blockWith(/ --min-chunk-size /);
      const check = await blockWith(/^layah verify/);
      const look = [/^layah inspect/, /^layah diff/, /^layah explain/];
      const deliver = await tableCommands('Build an image');
      expect(deliver).toHaveLength(5);
      const directory = await makeProject();
      await prepareStorage();
      await withTrustedRegistry(async (host) => {
        const runAll = async (
          commands: readonly string[],
          env: Record<string, string> = {},
        ): Promise<void> => {
          for (const command of commands) {
            await runScript(adapt(command, host), {
              cwd: directory,
              env: { ...programs(directory), ...env },
            });
            if (env['DIR'] !== undefined && command.includes('-o docker:')) {
              const pushed = [`docker://${host}/app:1`, '--tls-verify=false', '--rootfs', env['DIR']];
              console.log(await layahOrFail(['verify', '--progress=none', ...pushed]));
            }
          }
        };
        await runAll(build);
        await withMounted(FLAT_IMAGE, async (tree) => {
          await withDocker(join(directory, 'docker'), async (env) => {
            await runAll(deliver, { DIR: tree, ...env, PATH: `${join(directory, 'bin')}:${env['PATH']}` });
            const label = '{{index .Config.Labels "org.example.team"}}';
            const inspect = ['inspect', '--format', label, 'localhost/app:1'];
            expect((await execa('docker', inspect, { env })).stdout).toBe('core');
          });
          await runAll(check, { DIR: tree });
          console.log(
            await layahOrFail(['verify', '--progress=none', `oci:${directory}/out`, '--rootfs', tree]),
          );
        });
        const digest = await manifestDigest(`oci-archive:${directory}/app.ociarchive`);
        expect(await manifestDigest(`docker://${host}/app:1`)).toBe(digest);
        expect(await run('podman', ['image', 'exists', 'localhost/app:1'])).toBe('');
        await copyFile(join(directory, 'app.ociarchive'), join(directory, 'app-1.ociarchive'));
        const blocks = (await shellBlocks()).filter((block) => USES_PROGRAM.test(block));
        await runAll([...plan, ...page]);
        await copyFile(join(directory, 'app.ociarchive'), join(directory, 'app-2.ociarchive'));
        for (const pattern of look) await runAll(await blockWith(pattern));
        await runAll([...blocks, ...variants]);
      });
    },
  );
});

/** The commands of the block that begins so, or has such a command. */
async function blockWith(pattern: RegExp): Promise<readonly string[]> {
  const block = (await consoleBlocks()).find((commands) => commands.some((command) => pattern.test(command)));
  if (block === undefined) throw new Error(`the README shows no block with ${pattern}`);
  return block;
}

/** A directory with a Containerfile and a root filesystem, as the user's own would be, and the program layah. */
async function makeProject(): Promise<string> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'project-'));
  const recipe = 'FROM scratch\nCOPY Containerfile /etc/\nLABEL org.example.team=core\n';
  await writeFile(join(directory, 'Containerfile'), recipe);
  const copy = join(repositoryDirectory, 'examples/rootfs-from-host.sh');
  await run('bash', [copy, '-o', join(directory, 'rootfs'), 'bash', 'coreutils', 'dash']);
  await mkdir(join(directory, 'bin'));
  await symlink(layahMain, join(directory, 'bin/layah'));
  return directory;
}

function programs(directory: string): Record<string, string> {
  return { PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}` };
}

/** For the registry of this test, which has no TLS; podman and skopeo know that from their settings. */
function adapt(command: string, host: string): string {
  return command
    .replaceAll('registry.example', host)
    .replace(/-o docker:.*/, '$& --tls-verify=false')
    .replaceAll(APP_IMAGE, FLAT_IMAGE)
    .replaceAll(/\bDIR\b/g, '"$DIR"');
}

async function read(path: string): Promise<string> {
  return readFile(join(repositoryDirectory, path), 'utf8');
}
