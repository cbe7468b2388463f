import { mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { layah, layahMain, layahOrFail, repositoryDirectory, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';
import { withRegistry } from './registry-server.ts';
import { CONTAINERS_STORAGE, expectSameTree } from './trees.ts';

const NEEDS = ['root', 'debootstrap', 'podman', 'buildah', 'skopeo', 'go'] as const;
const directory = join(inject('runDirectory'), 'convert');
const conformance = join(directory, 'conformance');

describe('layah convert', () => {
  beforeAll(async () => {
    if (!haveAll(NEEDS)) return;
    await mkdir(join(directory, 'bin'), { recursive: true });
    await symlink(layahMain, join(directory, 'bin', 'layah'));
    process.env['PATH'] = `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`;
    process.env['CONTAINERS_STORAGE_CONF'] = join(directory, 'storage.conf');
    await writeFile(
      join(directory, 'storage.conf'),
      `[storage]\ndriver = "overlay"\ngraphroot = "${directory}/storage"\nrunroot = "${directory}/run"\n` +
        `[storage.options.overlay]\nskip_mount_home = "true"\n`,
    );
    await run('go', ['build', '-C', join(repositoryDirectory, 'test/conformance'), '-o', conformance, '.']);
    const script = fileURLToPath(new URL('convert-images.sh', import.meta.url));
    await run('bash', [script, await makeRootfs('debian'), directory]);
  }, 240_000);

  testWith(NEEDS, 'is used as examples/convert.sh shows, and podman has the same files then', async () => {
    const script = join(repositoryDirectory, 'examples/convert.sh');
    const { all } = await execa('bash', ['-euo', 'pipefail', script], { cwd: directory, all: true });
    console.log(all);
    expect(all).toContain('ok: every digest is right');
    const mount = async (name: string) => (await run('podman', ['image', 'mount', name])).trim();
    const [before, after] = [await mount('localhost/app:flat'), await mount('localhost/app:estargz')];
    console.log(await expectSameTree(before, after, CONTAINERS_STORAGE));
    const history = async (name: string) => run('podman', ['history', '--format', '{{.CreatedBy}}', name]);
    expect(await history('localhost/app:estargz')).toBe(await history('localhost/app:flat'));
    await run('podman', ['image', 'unmount', '--all']);
  });

  for (const source of [
    'oci:layout:v1',
    'oci-archive:skopeo.ociarchive:localhost/app:flat',
    'docker-archive:skopeo.tar',
  ]) {
    testWith(NEEDS, `makes of ${source} what the Go library verifies`, async () => {
      const output = join(directory, 'converted');
      await rm(output, { recursive: true, force: true });
      console.log(await layahOrFail(['convert', inDirectory(source), `oci:${output}`, '-v']));
      await layahOrFail(['verify', `oci:${output}`]);
      const lines = (await run(conformance, ['check', output])).split('\n');
      expect(lines.map((line) => JSON.parse(line).format)).toEqual(lines.map(() => 'estargz'));
      console.log(lines.join('\n'));
    });
  }

  testWith(
    [...NEEDS, 'docker-registry'],
    'takes an index with all platforms from and to a registry',
    async () => {
      await withRegistry(join(directory, 'registry'), async (host) => {
        const [one, two] = [`docker://${host}/app:1`, `docker://${host}/app:1-esgz`];
        const plain = ['--tls-verify=false'];
        await layahOrFail(['convert', `oci:${directory}/index:v1`, one, '--compression', 'gzip', ...plain]);
        console.log(await layahOrFail(['convert', one, two, ...plain]));
        const raw = JSON.parse(await run('skopeo', ['inspect', '--raw', '--tls-verify=false', two]));
        expect(raw.manifests.map((each: { platform: object }) => each.platform)).toEqual([
          { architecture: 'amd64', os: 'linux' },
          { architecture: 'arm64', os: 'linux', variant: 'v8' },
        ]);
        for (const { digest } of raw.manifests) {
          await layahOrFail(['verify', `docker://${host}/app@${digest}`, ...plain]);
        }
        const kept = await layahOrFail(['convert', two, `docker://${host}/app:2`, ...plain]);
        expect(kept).toContain('0 layers converted, 5 kept');
        const arm = join(directory, 'arm');
        await layahOrFail(['convert', two, `oci:${arm}`, '--platform', 'linux/aarch64', ...plain]);
        await layahOrFail(['verify', `oci:${arm}`]);
      });
    },
  );

  testWith(NEEDS, 'makes layers like those of containerd, at a fraction of its work', async () => {
    const [ours, theirs] = [join(directory, 'ours'), join(directory, 'theirs')];
    const layout = join(directory, 'layout');
    const measured = {
      'ctr-remote': await cpuSeconds([conformance, 'convert', '-level', '9', layout, theirs]),
      layah: await cpuSeconds([
        process.execPath,
        layahMain,
        'convert',
        `oci:${layout}`,
        `oci:${ours}`,
        '--compression-level=9',
        '--threads=1',
      ]),
    };
    const sizes = { 'ctr-remote': await largestBlob(theirs), layah: await largestBlob(ours) };
    console.log('CPU seconds', measured, 'largest layer', sizes);
    expect(sizes.layah).toBeLessThanOrEqual(sizes['ctr-remote']);
    const comparison = fileURLToPath(new URL('compare-tocs.py', import.meta.url));
    console.log(await run('python3', [comparison, theirs, ours]));
  });

  testWith(NEEDS, 'leaves nothing behind when the image is damaged', async () => {
    const damaged = join(directory, 'damaged');
    await run('cp', ['-r', join(directory, 'layout'), damaged]);
    const blobs = join(damaged, 'blobs/sha256');
    const name = (await largestFirst(blobs))[0]?.name ?? '';
    await run('truncate', ['-s', '-100', join(blobs, name)]);
    const output = join(directory, 'never');
    const { exitCode, stderr } = await layah(['convert', `oci:${damaged}`, `oci:${output}`]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`sha256:${name}`);
    await expect(stat(output)).rejects.toThrow('ENOENT');
  });
});

function inDirectory(source: string): string {
  const [, transport = '', path = ''] = /^([^:]+:)(.*)$/.exec(source) ?? [];
  return `${transport}${directory}/${path}`;
}

/** Of the process alone, user and system. */
async function cpuSeconds([program = '', ...args]: readonly string[]): Promise<number> {
  const timed = await execa('bash', [
    '-c',
    'TIMEFORMAT="%U %S"; time "$@" >&2 2>/dev/null',
    'bash',
    program,
    ...args,
  ]);
  const [user = 0, system = 0] = timed.stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return Math.round((user + system) * 100) / 100;
}

async function largestFirst(blobs: string): Promise<{ name: string; size: number }[]> {
  const names = await readdir(blobs);
  const sized = names.map(async (name) => ({ name, size: (await stat(join(blobs, name))).size }));
  return (await Promise.all(sized)).sort((a, b) => b.size - a.size);
}

/** The eStargz of a layout; theirs has the blobs of the source too. */
async function largestBlob(layout: string): Promise<number> {
  const index = JSON.parse(await run('cat', [join(layout, 'index.json')]));
  const path = (digest: string) => join(layout, 'blobs/sha256', digest.slice(7));
  const manifest = JSON.parse(await run('cat', [path(index.manifests[0].digest)]));
  return Math.max(...manifest.layers.map(({ size }: { size: number }) => size));
}
