import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { componentsOf, readLayoutManifest, readManifest } from './archive.ts';
import { podmanRun, runtimeConfig, withMounted } from './flows-compare.ts';
import { FLOW_NEEDS, LAYAH_IMAGE, layahLayout, prepareFlows } from './flows-workspace.ts';
import { layahOrFail, repositoryDirectory, run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const MEBIBYTE = 1 << 20;
/** Every file is readable by everybody, or by its owner only, who is not root. */
const OPEN_IMAGE = 'localhost/open';
const CLOSED_IMAGE = 'localhost/closed';
const CONFINEMENTS = {
  'as any user': ['--user=12345:23456'],
  'on a read-only disk': ['--read-only'],
  'without a network': ['--network=none'],
  'without capabilities': ['--cap-drop=all', '--security-opt=no-new-privileges'],
};

beforeAll(async () => {
  if (!haveAll(FLOW_NEEDS)) return;
  await prepareFlows();
  const files = { 'etc/os-release': 'ID=example\n', 'usr/bin/tool': '#!/bin/sh\n' };
  await importFiles(OPEN_IMAGE, files);
  await importFiles(CLOSED_IMAGE, files, ['--mode=go-rwx', '--owner=1234']);
});

describe("layah's image", () => {
  testWith(FLOW_NEEDS, 'is below 120 MB, in layers that verify', async () => {
    const { layers } = await readLayoutManifest(layahLayout);
    const total = layers.reduce((sum, { size }) => sum + size, 0);
    const lines = layers.map((layer) => `${inMebibytes(layer.size)} ${componentsOf(layer).join(', ')}`);
    console.log([...lines, `${inMebibytes(total)} in all`].join('\n'));
    expect(total).toBeLessThan(120e6);
    console.log(await layahOrFail(['verify', '--progress=none', `oci:${layahLayout}`]));
  });

  testWith(FLOW_NEEDS, 'is Node, layah with its packages, and rpm with its libraries', async () => {
    await withMounted(LAYAH_IMAGE, async (tree) => {
      const sizes = await Promise.all(
        Object.entries(PARTS).map(([name, globs]) => describePart(tree, name, globs)),
      );
      console.log(sizes.join('\n'));
      const programs = await readdir(join(tree, 'usr/bin'));
      expect(programs).toEqual(expect.arrayContaining(['dash', 'rpm']));
      for (const name of ['apt', 'gcc', 'make', 'perl', 'python3', 'rpmbuild']) {
        expect(programs).not.toContain(name);
      }
      expect((await readdir(join(tree, 'usr/local/bin'))).sort()).toEqual(['chunkah', 'layah', 'node']);
      const modules = await readdir(join(tree, 'usr/local/lib/layah/node_modules'));
      expect(modules).not.toContain('typescript');
    });
  });

  testWith(FLOW_NEEDS, 'says of itself only what to run: LAYAH_ROOTFS is not set', async () => {
    expect(await runtimeConfig(`oci:${layahLayout}`)).toEqual({
      Entrypoint: ['layah'],
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
    });
  });

  testWith(FLOW_NEEDS, 'compresses with the libdeflate that it ships, and is compressed by it', async () => {
    const version = await podmanRun(LAYAH_IMAGE, '--version');
    console.log(version);
    expect(version).toMatch(/^layah \d+\.\d+\.\d+\ngzip engine libdeflate /);
    const { layers } = await readLayoutManifest(layahLayout);
    for (const { annotations } of layers) expect(annotations?.['org.layah.deflate']).toMatch(/^libdeflate /);
  });

  for (const [title, flags] of [
    ...Object.entries(CONFINEMENTS),
    ['with all of these at once', Object.values(CONFINEMENTS).flat()] as const,
  ]) {
    testWith(FLOW_NEEDS, `splits an image ${title}`, async () => {
      const archive = await splitInContainer([...flags, ...mountImage(OPEN_IMAGE)]);
      console.log(await layahOrFail(['verify', '--progress=none', archive]));
    });
  }

  testWith(FLOW_NEEDS, 'reads files of other owners with one capability', async () => {
    const flags = ['--cap-drop=all', '--read-only', '--network=none', ...mountImage(CLOSED_IMAGE)];
    await expect(splitInContainer(flags)).rejects.toThrow('EACCES: permission denied');
    const archive = await splitInContainer(['--cap-add=dac_read_search', ...flags]);
    console.log(await layahOrFail(['verify', '--progress=none', archive]));
  });

  for (const [directory, command] of [
    ['/layah', 'layah'],
    ['/chunkah', 'chunkah'],
  ] as const) {
    testWith(FLOW_NEEDS, `finds an image that is mounted on ${directory}, as ${command}`, async () => {
      const config = `${command.toUpperCase()}_CONFIG_STR={"Cmd":["true"]}`;
      const entrypoint = ['--entrypoint', command, '-e', config];
      const archive = await splitInContainer([...entrypoint, ...mountImage(OPEN_IMAGE, directory)]);
      expect(await runtimeConfig(`oci-archive:${archive}`)).toEqual({ Cmd: ['true'] });
    });
  }

  testWith(FLOW_NEEDS, 'says what to mount when nothing is mounted', async () => {
    const { exitCode, stderr } = await execa('podman', ['run', '--rm', LAYAH_IMAGE, 'build', '-o', '/x'], {
      reject: false,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('mount the image on /layah or /chunkah');
  });

  for (const [kind, file] of [
    ['sqlite', 'rpmdb.sqlite'],
    ['ndb', 'Packages.db'],
    ['bdb', 'Packages'],
  ] as const) {
    testWith(FLOW_NEEDS, `finds the packages of an rpm database of the kind ${kind}`, async () => {
      const image = `localhost/rpm-${kind}`;
      const fixture = join(repositoryDirectory, `test/fixtures/rpm/more.${kind}.gz`);
      await importFiles(image, {
        [`var/lib/rpm/${file}`]: gunzipSync(await readFile(fixture)),
        'usr/share/first/data': 'only first has this\n',
        'usr/bin/second': '#!/bin/sh\n',
        'usr/lib/arch/x86_64': 'x86_64\n',
      });
      const archive = await splitInContainer(['--read-only', '--user=1', ...mountImage(image)]);
      const { layers } = await readManifest(archive);
      expect(layers.flatMap(componentsOf)).toEqual(
        expect.arrayContaining(['rpm/arch', 'rpm/database', 'rpm/first', 'rpm/second']),
      );
    });
  }
});

describe("layah's image as process 1 of a container", () => {
  for (const [signal, exitCode] of [
    ['INT', 130],
    ['TERM', 143],
  ] as const) {
    testWith(
      FLOW_NEEDS,
      `ends at once with ${exitCode} by SIG${signal}, and leaves nothing behind`,
      async () => {
        const output = await scratchDirectory();
        const name = `layah-e2e-${signal}-${process.pid}`;
        const mounts = [...mountImage('localhost/layah-base'), '-v', `${output}:/out`];
        const flags = ['--rm', '--name', name, '--security-opt=label=disable', ...mounts];
        const container = execa('podman', ['run', ...flags, LAYAH_IMAGE, 'build', '-o', '/out/image'], {
          reject: false,
          stdin: 'ignore',
        });
        await untilThere(output);
        const started = performance.now();
        await run('podman', ['kill', '--signal', signal, name]);
        const result = await container;
        expect(result.exitCode).toBe(exitCode);
        expect(result.stderr).toContain(`stopped by SIG${signal}`);
        const milliseconds = performance.now() - started;
        console.log(`SIG${signal}: ${milliseconds.toFixed(0)} ms with podman's own`);
        expect(milliseconds).toBeLessThan(5000);
        expect(await readdir(output)).toEqual([]);
      },
    );
  }

  testWith(FLOW_NEEDS, 'does not wait for a config that nobody writes', async () => {
    const name = `layah-e2e-stdin-${process.pid}`;
    const flags = ['--rm', '-i', '--name', name, ...mountImage(OPEN_IMAGE)];
    const container = execa('podman', ['run', ...flags, LAYAH_IMAGE, 'build', '--config', '-'], {
      reject: false,
      stdin: 'pipe',
      encoding: 'buffer',
    });
    await untilRunning(name);
    await run('podman', ['kill', '--signal', 'TERM', name]);
    expect((await container).exitCode).toBe(143);
  });
});

/** What of the image is what. */
const PARTS = {
  Node: ['usr/local/bin/node'],
  layah: ['usr/local/lib/layah/dist'],
  'its npm packages': ['usr/local/lib/layah/node_modules'],
  'libraries of Node and rpm': ['usr/lib'],
  'rpm, the shell and other programs': ['usr/bin', 'usr/sbin'],
  'licenses and package database': ['usr/share', 'var'],
};

/** A gzipped tar has about the size of eStargz. */
async function describePart(tree: string, name: string, paths: readonly string[]): Promise<string> {
  const script = 'cd "$1" && shift && tar -c "$@" | wc -c && tar -c "$@" | gzip -6 | wc -c';
  const output = await run('bash', ['-euo', 'pipefail', '-c', script, 'bash', tree, ...paths]);
  const [plain = 0, compressed = 0] = output.split('\n').map(Number);
  return `${inMebibytes(plain)} ${inMebibytes(compressed)} compressed: ${name}`;
}

function inMebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1).padStart(6)} MiB`;
}

function mountImage(source: string, target = '/layah'): string[] {
  return ['--mount', `type=image,source=${source},target=${target}`];
}

/** @returns the archive that the container wrote to its standard output. */
async function splitInContainer(flags: readonly string[]): Promise<string> {
  const archive = join(await scratchDirectory(), 'image.ociarchive');
  await execa('podman', ['run', '--rm', ...flags, LAYAH_IMAGE, 'build'], {
    stdin: 'ignore',
    stdout: { file: archive },
  });
  return archive;
}

async function importFiles(
  image: string,
  files: Record<string, string | Buffer>,
  tarFlags: readonly string[] = ['--mode=a+rX'],
): Promise<void> {
  const directory = await scratchDirectory();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const script = `tar -C ${directory} ${tarFlags.join(' ')} -c . | podman import -q - ${image}`;
  await run('bash', ['-euo', 'pipefail', '-c', script]);
}

async function scratchDirectory(): Promise<string> {
  return mkdtemp(join(inject('runDirectory'), 'image-'));
}

async function untilThere(directory: string): Promise<void> {
  await until(async () => (await readdir(directory)).length > 0, `a file in ${directory}`);
  await sleep(500);
}

async function untilRunning(name: string): Promise<void> {
  const isRunning = async (): Promise<boolean> => {
    const { stdout } = await execa('podman', ['ps', '-q', '--filter', `name=${name}`]);
    return stdout !== '';
  };
  await until(isRunning, `container ${name}`);
  await sleep(1000);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still no ${what}`);
    await sleep(50);
  }
}
