import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { readManifest } from './archive.ts';
import { type CiJob, githubJob, gitlabJob, kubernetesJob, tektonJob } from './flows-ci.ts';
import { expectFaithful, manifestDigest } from './flows-compare.ts';
import {
  APP_IMAGE,
  checkout,
  example,
  FLOW_NEEDS,
  layahLayout,
  prepareFlows,
  runScript,
  UPDATED_IMAGE,
} from './flows-workspace.ts';
import { run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';
import { REGISTRY_PROGRAM } from './registry-server.ts';
import { withTrustedRegistry } from './trusted-registry.ts';

const NEEDS = [...FLOW_NEEDS, REGISTRY_PROGRAM];
const TOC_DIGEST = 'containerd.io/snapshot/stargz/toc.digest';

beforeAll(async () => {
  if (haveAll(NEEDS)) await prepareFlows();
});

describe('a registry gets an image', () => {
  testWith(NEEDS, 'as layah wrote it from skopeo, and without eStargz from podman push', async () => {
    const cwd = await checkout();
    await runScript(await example('split-with-splitter.sh'), { cwd });
    await run('bash', ['-euc', `cd ${cwd} && tar -cf app.ociarchive -C out blobs index.json oci-layout`]);
    const written = await manifestDigest(`oci:${cwd}/out`);
    await withTrustedRegistry(async (host) => {
      await runScript(await example('push.sh'), { cwd, env: { REGISTRY: host } });
      for (const tag of [1, 2]) expect(await manifestDigest(`docker://${host}/app:${tag}`)).toBe(written);
      await expectLazy(`${host}/app:2`, true);
      await run('podman', ['push', '-q', 'localhost/app:1', `${host}/app:pushed`]);
      await expectLazy(`${host}/app:pushed`, false);
    });
  });
});

describe('a pipeline splits an image from registry to registry', () => {
  for (const [name, readJob] of [
    ['a GitHub action', githubJob],
    ['a GitLab job', gitlabJob],
    ['a Tekton task', tektonJob],
  ] as const) {
    testWith(NEEDS, `as ${name}`, async () => {
      await withSources(async (host) => {
        const cwd = await checkout();
        const images = { source: `${host}/app:flat`, destination: `${host}/app:split` };
        await runJob(await readJob({ cwd, ...images, layah: `${host}/layah:1` }), cwd);
        await expectSplit(images);
      });
    });
  }

  testWith(NEEDS, 'as every index of a Kubernetes Job with a list of images', async () => {
    await withSources(async (host) => {
      const list = await checkout();
      const pairs = ['app', 'updated'].map((name) => ({
        source: `${host}/${name}:flat`,
        destination: `${host}/${name}:split`,
      }));
      const lines = pairs.map(({ source, destination }) => `${source} ${destination}\n`);
      await writeFile(join(list, 'images.txt'), lines.join(''));
      for (const [index, pair] of pairs.entries()) {
        const cwd = await checkout();
        await runJob(await kubernetesJob({ index, list, layah: `${host}/layah:1` }), cwd);
        await expectSplit(pair);
      }
    });
  });
});

async function runJob({ scripts, env }: CiJob, cwd: string): Promise<void> {
  // A runner without an overlay filesystem copies every layer; here there is one.
  const environment = { ...env, STORAGE_DRIVER: 'overlay' };
  for (const script of scripts) await runScript(script, { cwd, env: environment });
}

async function expectSplit({ source, destination }: { source: string; destination: string }): Promise<void> {
  const written = `oci-archive:${await expectLazy(destination, true)}`;
  const [pulled, result] = ['localhost/pulled', 'localhost/split'];
  await run('skopeo', ['copy', '-q', `docker://${source}`, `containers-storage:${pulled}`]);
  await run('skopeo', ['copy', '-q', written, `containers-storage:${result}`]);
  await expectFaithful({
    source: pulled,
    result,
    written,
    expected: { command: ['cat /etc/debian_version'] },
  });
}

/** @returns the image as an archive. */
async function expectLazy(image: string, lazy: boolean): Promise<string> {
  const archive = join(await mkdtemp(join(inject('runDirectory'), 'pulled-')), 'image.ociarchive');
  await run('skopeo', ['copy', '-q', `docker://${image}`, `oci-archive:${archive}`]);
  const { layers } = await readManifest(archive);
  expect(layers.every(({ annotations }) => annotations?.[TOC_DIGEST] !== undefined)).toBe(lazy);
  return archive;
}

/** With a registry that has the images to split and layah's. */
async function withSources(use: (host: string) => Promise<void>): Promise<void> {
  const directory = join(inject('runDirectory'), 'pipeline-registry');
  const filled = join(directory, 'filled');
  await withTrustedRegistry(async (host) => {
    if (!existsSync(filled)) {
      for (const [from, to] of [
        [`containers-storage:${APP_IMAGE}`, 'app:flat'],
        [`containers-storage:${UPDATED_IMAGE}`, 'updated:flat'],
        [`oci:${layahLayout}`, 'layah:1'],
      ]) {
        await run('skopeo', ['copy', '-q', `${from}`, `docker://${host}/${to}`]);
      }
      await writeFile(filled, '');
    }
    await use(host);
  }, directory);
}
