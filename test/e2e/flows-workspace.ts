import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject } from 'vitest';
import { checkOut } from './checkout.ts';
import { repositoryDirectory, run } from './layah.ts';
import { cacheDirectory, makeRootfs } from './material.ts';

/** What every flow needs; `rpm` and `tar` come with the base image. */
export const FLOW_NEEDS = ['root', 'debootstrap', 'podman', 'buildah', 'skopeo', 'npm'] as const;

/** The name under which the examples know layah's image, and that of the image that they split. */
export const LAYAH_IMAGE = 'localhost/layah';
export const APP_IMAGE = 'localhost/app:flat';
export const UPDATED_IMAGE = 'localhost/app:updated';
export const LONG_CONFIG_IMAGE = 'localhost/app:long';
const BOOTC_IMAGE = 'quay.io/fedora/fedora-bootc:latest';
export const DEBIAN_IMAGE = 'docker.io/library/debian:12';
const BASE_IMAGE = 'localhost/layah-base';

/** Containers storage of this run's own. Whoever imports this module works in it. */
export async function prepareStorage(): Promise<void> {
  await mkdir(flowsDirectory, { recursive: true });
  await writeFile(storageConfig, storageSettings);
}

/**
 * That storage, with the images that the examples name: layah's, built as the README says, and
 * the rest of debootstrap's trees.
 */
export async function prepareFlows(): Promise<void> {
  if (existsSync(marker)) return;
  await prepareStorage();
  await importTree(await makeBase(), BASE_IMAGE);
  await importTree(await makeRootfs('debian'), 'localhost/debian-tree');
  for (const [target, name] of [
    ['debian', DEBIAN_IMAGE],
    ['app', APP_IMAGE],
    ['updated', UPDATED_IMAGE],
    ['bootc', BOOTC_IMAGE],
  ] as const) {
    await buildDebian(target, name);
  }
  await buildLongConfig();
  await buildLayah();
  await writeFile(marker, '');
}

/** A fresh clone, in which the commands of the README and the examples can be run as they are written. */
export async function checkout(): Promise<string> {
  const directory = await mkdtemp(join(flowsDirectory, 'checkout-'));
  await checkOut(directory);
  return directory;
}

interface ScriptOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
}

/** Runs lines of the README or of an example. @throws with all that they printed. */
export async function runScript(script: string, options: ScriptOptions): Promise<string> {
  const started = performance.now();
  const { exitCode, output } = await tryScript(script, options);
  if (exitCode !== 0) throw new Error(`${script}\nended with ${exitCode}\n${output}`);
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s: ${firstCommand(script)}`);
  return output;
}

/** @returns also of a script that failed what it printed. */
export async function tryScript(
  script: string,
  { cwd, env = {} }: ScriptOptions,
): Promise<{ exitCode: number | undefined; output: string }> {
  const settings = { cwd, env, all: true, reject: false, stdin: 'ignore' } as const;
  const { exitCode, all } = await execa('bash', ['-euo', 'pipefail', '-c', script], settings);
  return { exitCode, output: all };
}

export async function example(name: string): Promise<string> {
  return readFile(join(repositoryDirectory, 'examples', name), 'utf8');
}

/** The lines of a Containerfile's head comment that are commands: those indented by more than one space. */
export async function headCommands(name: string): Promise<string> {
  const lines = (await example(name)).split('\n');
  const head = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  return head
    .filter((line) => line.startsWith('#   '))
    .map((line) => line.slice(4))
    .join('\n');
}

const flowsDirectory = join(inject('runDirectory'), 'flows');
const storageConfig = join(flowsDirectory, 'storage.conf');
// skip_mount_home: the driver would mount its directory on itself, and the run's directory could not be removed.
const storageSettings = `[storage]
driver = "overlay"
graphroot = "${flowsDirectory}/storage"
runroot = "${flowsDirectory}/run"
[storage.options.overlay]
skip_mount_home = "true"
`;
const marker = join(flowsDirectory, 'ready');
process.env['CONTAINERS_STORAGE_CONF'] = storageConfig;

function firstCommand(script: string): string {
  return script.split('\n').find((line) => !/^(?:#|IMG=)/.test(line)) ?? '';
}

async function makeBase(): Promise<string> {
  const directory = join(await cacheDirectory(), 'builder-bookworm');
  await run('bash', [fileURLToPath(new URL('base-image.sh', import.meta.url)), directory]);
  return directory;
}

/** Device nodes, which rootless podman would leave out, and what Debian's slim images are without. */
const LEFT_OUT = ['dev/*', 'usr/share/locale/*', 'usr/share/man/*', 'var/lib/apt/lists/*'];

async function importTree(tree: string, name: string): Promise<void> {
  const excludes = LEFT_OUT.map((path) => `--exclude='./${path}'`).join(' ');
  await runScript(`tar -C "$TREE" ${excludes} -c . | podman import -q - "$NAME"`, {
    cwd: flowsDirectory,
    env: { TREE: tree, NAME: name },
  });
}

async function buildDebian(target: string, name: string): Promise<void> {
  const recipe = fileURLToPath(new URL('flows-debian.Containerfile', import.meta.url));
  const images = ['--build-arg', `BUILDER=${BASE_IMAGE}`, '--build-arg', 'TREE=localhost/debian-tree'];
  // The Docker format, since the OCI format has no health check in podman's eyes.
  const flags = ['--format', 'docker', '--network', 'none', ...images, '--target', target, '-t', name];
  await run('podman', ['build', '-q', ...flags, '-f', recipe, flowsDirectory]);
}

/** The app with labels of half a megabyte, each short enough for an argument. */
async function buildLongConfig(): Promise<void> {
  const labels = Array.from({ length: 8 }, (_, index) => [
    '--label',
    `org.example.long${index}=${'x'.repeat(64_000)}`,
  ]);
  const container = await run('buildah', ['from', APP_IMAGE]);
  await run('buildah', ['config', ...labels.flat(), container]);
  await run('buildah', ['commit', '-q', '--format', 'docker', '--rm', container, LONG_CONFIG_IMAGE]);
}

/** The README's command, with what a machine without a network needs besides. */
async function buildLayah(): Promise<void> {
  const directory = await checkout();
  const cache = await fillNpmCache(directory);
  const [command = ''] = await headLines('Containerfile', 'buildah build ');
  const npmrc = join(homedir(), '.npmrc');
  const secret = existsSync(npmrc) ? `--secret id=npmrc,src=${npmrc}` : '';
  const offline = `buildah build --build-arg BASE=${BASE_IMAGE} --network none -v ${cache}:/root/.npm:O ${secret}`;
  const output = await runScript(command.replace('buildah build', offline), { cwd: directory });
  console.log(output.slice(output.indexOf('layer '), output.indexOf('manifest sha256')));
  await rename(join(directory, 'out'), join(flowsDirectory, 'layah-layout'));
  await rm(directory, { recursive: true });
}

/** The OCI layout that the build of layah's image leaves behind: that image as layah wrote it. */
export const layahLayout = join(flowsDirectory, 'layah-layout');

async function headLines(file: string, start: string): Promise<string[]> {
  const text = await readFile(join(repositoryDirectory, file), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('#   '));
  return lines.map((line) => line.slice(4)).filter((line) => line.startsWith(start));
}

/** What `npm ci` in the builder stage will look for. */
async function fillNpmCache(checkedOut: string): Promise<string> {
  const cache = join(await cacheDirectory(), 'npm');
  const scratch = await mkdtemp(join(flowsDirectory, 'npm-'));
  await cp(join(checkedOut, 'package.json'), join(scratch, 'package.json'));
  await cp(join(checkedOut, 'package-lock.json'), join(scratch, 'package-lock.json'));
  await run('npm', ['ci', '--prefix', scratch, '--ignore-scripts', '--cache', cache, '--prefer-offline']);
  await rm(scratch, { recursive: true });
  return cache;
}
