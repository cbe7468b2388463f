import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { layahMain, layahOrFail, repositoryDirectory, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';
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
    'oci-archive:app.ociarchive:localhost/app:flat',
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
});

function inDirectory(source: string): string {
  const [, transport = '', path = ''] = /^([^:]+:)(.*)$/.exec(source) ?? [];
  return `${transport}${directory}/${path}`;
}
