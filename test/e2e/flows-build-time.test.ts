import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { readManifest } from './archive.ts';
import { layerCount, runtimeConfig, withMounted } from './flows-compare.ts';
import {
  BOOTC_IMAGE,
  checkout,
  example,
  FLOW_NEEDS,
  headCommands,
  prepareFlows,
  runScript,
} from './flows-workspace.ts';
import { layahOrFail, run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe('an image is split while it is built', () => {
  testWith(FLOW_NEEDS, 'with FROM oci:out', async () => {
    const cwd = await checkout();
    await runScript(await example('split-while-building.sh'), { cwd });
    expect(await run('podman', ['run', '--rm', '--network=none', 'localhost/hello:1'])).toBe('hello');
    const { Labels: labels } = await runtimeConfig('containers-storage:localhost/hello:1');
    expect(labels).toEqual({ 'org.opencontainers.image.title': 'hello' });
    await withMounted('localhost/hello:1', async (tree) => {
      console.log(await layahOrFail(['verify', `oci:${cwd}/out`, '--rootfs', tree]));
    });
  });

  testWith(FLOW_NEEDS, 'with FROM oci-archive:out.ociarchive and the config of the base image', async () => {
    const cwd = await checkout();
    await runScript(await headCommands('build-time-archive.Containerfile'), { cwd });
    const output = await run('podman', ['run', '--rm', '--network=none', 'localhost/hello:1', 'hello']);
    expect(output).toBe('hello');
    console.log(await layahOrFail(['verify', join(cwd, 'out.ociarchive')]));
  });

  testWith(FLOW_NEEDS, 'with components of its own', async () => {
    const cwd = await checkout();
    await runScript(await headCommands('custom-components.Containerfile'), { cwd });
    await run('tar', [
      '-C',
      join(cwd, 'out'),
      '-cf',
      join(cwd, 'out.ociarchive'),
      ...(await readdir(join(cwd, 'out'))),
    ]);
    const { layers } = await readManifest(join(cwd, 'out.ociarchive'));
    const names = layers.flatMap(({ annotations }) =>
      (annotations?.['org.layah.component'] ?? '').split(','),
    );
    expect(names).toEqual(expect.arrayContaining(['xattr/models', 'xattr/site']));
    const shell = ['podman', 'run', '--rm', '--network=none', 'localhost/models:1'];
    expect(await run('bash', ['-euc', `${shell.join(' ')} cat /srv/models/small /srv/site/index.html`])).toBe(
      'weights\npage',
    );
  });

  testWith(FLOW_NEEDS, 'as a bootable image: labels stay, /sysroot is empty, up to 128 layers', async () => {
    const cwd = await checkout();
    await runScript(await headCommands('bootc.Containerfile'), { cwd });
    const { Labels: labels } = await runtimeConfig('containers-storage:localhost/bootc:1');
    expect(labels).toMatchObject({
      'containers.bootc': '1',
      'org.example.team': 'core',
      'ostree.linux': '6.1',
    });
    expect(Object.keys(Object(labels))).not.toContain('ostree.commit');
    expect(Object.keys(Object(labels))).not.toContain('ostree.final-diffid');
    await withMounted('localhost/bootc:1', async (tree) => {
      expect(await readdir(join(tree, 'sysroot'))).toEqual([]);
      expect(await run('cat', [join(tree, 'etc/motd')])).toBe('welcome');
    });
    await withMounted(BOOTC_IMAGE, async (tree) => {
      expect(await readdir(join(tree, 'sysroot'))).toEqual(['ostree']);
    });
    const layers = await layerCount('containers-storage:localhost/bootc:1');
    console.log(`${layers} layers`);
    expect(layers).toBeGreaterThan(8);
    expect(layers).toBeLessThanOrEqual(128);
    const output = await run('podman', ['run', '--rm', '--network=none', 'localhost/bootc:1']);
    expect(output).toContain('good morning from root');
  });
});
