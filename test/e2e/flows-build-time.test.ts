import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { componentsOf, readLayoutManifest } from './archive.ts';
import { type Flow, expectFaithful, layerCount, manifestDigest, runtimeConfig } from './flows-compare.ts';
import {
  checkout,
  DEBIAN_IMAGE,
  example,
  FLOW_NEEDS,
  headCommands,
  prepareFlows,
  runScript,
} from './flows-workspace.ts';
import { run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const SOURCE = 'localhost/builder-stage';
const HELLO = 'localhost/hello:1';

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe('an image is split while it is built, twice to the same digest,', () => {
  testWith(FLOW_NEEDS, 'with FROM oci:out', async () => {
    const script = await example('split-while-building.sh');
    await buildTwice('build-time', { script, result: HELLO, written: 'oci:out' }, () => ({
      prints: 'hello',
      config: {
        Entrypoint: ['/usr/local/bin/hello'],
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Labels: { 'org.opencontainers.image.title': 'hello' },
      },
    }));
  });

  testWith(FLOW_NEEDS, 'with FROM oci-archive:out.ociarchive and the config of the base image', async () => {
    const script = await headCommands('build-time-archive.Containerfile');
    const { Labels: labels, ...base } = await runtimeConfig(`containers-storage:${DEBIAN_IMAGE}`);
    const written = 'oci-archive:out.ociarchive';
    await buildTwice('build-time-archive', { script, result: HELLO, written }, () => ({
      command: ['/usr/local/bin/hello'],
      prints: 'hello',
      config: { ...base, Labels: { ...Object(labels), 'org.opencontainers.image.title': 'hello' } },
    }));
  });

  testWith(FLOW_NEEDS, 'with components of its own', async () => {
    const script = await headCommands('custom-components.Containerfile');
    const result = 'localhost/models:1';
    const cwd = await buildTwice('custom-components', { script, result, written: 'oci:out' }, () => ({
      command: ['/bin/cat', '/srv/models/small', '/srv/site/index.html'],
      prints: 'weights\npage',
      config: { Cmd: ['/bin/sh'] },
    }));
    const { layers } = await readLayoutManifest(join(cwd, 'out'));
    expect(layers.flatMap(componentsOf)).toEqual(expect.arrayContaining(['xattr/models', 'xattr/site']));
  });

  testWith(FLOW_NEEDS, 'as a bootable image: labels stay, /sysroot is empty, up to 128 layers', async () => {
    const script = await headCommands('bootc.Containerfile');
    const result = 'localhost/bootc:1';
    await buildTwice('bootc', { script, result, written: 'oci:out' }, (source) => {
      const { 'ostree.commit': commit, 'ostree.final-diffid': diffId, ...labels } = Object(source['Labels']);
      expect([commit, diffId, labels['containers.bootc']]).toEqual(['0123456789abcdef', 'sha256:0', '1']);
      return { config: { ...source, Labels: labels }, emptied: 'sysroot' };
    });
    const layers = await layerCount(`containers-storage:${result}`);
    console.log(`${layers} layers`);
    expect(layers).toBeGreaterThan(64);
    expect(layers).toBeLessThanOrEqual(128);
    expect(
      await run('podman', ['run', '--rm', '--network=none', '--entrypoint', '["cat","/etc/motd"]', result]),
    ).toBe('welcome');
  });
});

interface Build extends Pick<Flow, 'result' | 'written'> {
  readonly script: string;
}

/**
 * Compares the image with that of the stage before.
 * @param expect gets the config of that stage.
 * @returns where it was built.
 */
async function buildTwice(
  name: string,
  { script, result, written }: Build,
  expectedOf: (config: Record<string, unknown>) => Flow['expected'],
): Promise<string> {
  const cwd = await checkout();
  // Before the result: files of a later stage run would be younger, if layah did not set them to that date.
  const stage = ['--target', 'builder', '-f', `examples/${name}.Containerfile`, '-t', SOURCE];
  await runScript(`buildah build --format docker ${stage.join(' ')} .`, { cwd });
  const reproducible = script.replace('buildah build', '$& --build-arg SOURCE_DATE_EPOCH=1750000000');
  await runScript(reproducible, { cwd });
  const image = written.replace(':', `:${cwd}/`);
  const digest = await manifestDigest(image);
  const expected = expectedOf(await runtimeConfig(`containers-storage:${SOURCE}`));
  await expectFaithful({ source: SOURCE, result, written: image, ...(expected && { expected }) });
  await runScript(reproducible, { cwd });
  expect(await manifestDigest(image)).toBe(digest);
  return cwd;
}
