import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { DOCKER_NEEDS, NEW_DOCKER_NEEDS, withDocker, withNewDocker } from './docker-daemon.ts';
import { expectFaithful, manifestDigest, withMounted } from './flows-compare.ts';
import {
  APP_IMAGE,
  checkout,
  example,
  FLOW_NEEDS,
  LAYAH_IMAGE,
  prepareFlows,
  runScript,
} from './flows-workspace.ts';
import { layahOrFail, run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const NEEDS = [...FLOW_NEEDS, ...DOCKER_NEEDS];
const RESULT = 'localhost/app:1';

interface Docker {
  readonly env: Record<string, string>;
  readonly docker: (...args: readonly string[]) => Promise<string>;
}

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe('an image that docker has', () => {
  testWith(NEEDS, 'is split by docker build, loaded by docker load and runs', async () => {
    await withImages(withDocker, async ({ env, docker }) => {
      const cwd = await checkout();
      const script = await example('split-with-docker-build.sh');
      await runScript(script, { cwd, env });
      const archive = join(cwd, 'image.ociarchive');
      const digest = await manifestDigest(`oci-archive:${archive}`);
      await expectSameInDocker(docker);
      await expectSameInPodman(archive);
      await docker('builder', 'prune', '--all', '--force');
      await runScript(script, { cwd, env });
      expect(await manifestDigest(`oci-archive:${archive}`)).toBe(digest);
      await runScript(script.replace("'-t ", "'--external-toc -t "), { cwd, env });
      await expectOnlyTheImage(docker);
    });
  });

  testWith(NEEDS, 'is split on a read-only disk when /tmp is a tmpfs', async () => {
    await withImages(withDocker, async ({ env }) => {
      const archive = join(await mkdtemp(join(inject('runDirectory'), 'docker-')), 'image.ociarchive');
      await withMounted(APP_IMAGE, async (tree) => {
        const confined = ['--network=none', '--read-only', '--tmpfs=/tmp', '--cap-drop=all'];
        const mount = ['--cap-add=dac_read_search', '-v', `${tree}:/layah:ro`];
        await execa('docker', ['run', '--rm', ...confined, ...mount, LAYAH_IMAGE, 'build'], {
          env,
          stdin: 'ignore',
          stdout: { file: archive },
        });
        console.log(await layahOrFail(['verify', '--progress=none', archive, '--rootfs', tree]));
      });
    });
  });

  testWith([...FLOW_NEEDS, ...NEW_DOCKER_NEEDS], 'is split by docker run with an image mount', async () => {
    await withImages(withNewDocker, async ({ env, docker }) => {
      console.log(await docker('version', '--format', 'Docker {{.Server.Version}}'));
      const cwd = await checkout();
      const script = await example('split-with-docker.sh');
      await runScript(script, { cwd, env });
      await expectSameInDocker(docker);
      await runScript(script.replace('docker load', 'tee app.ociarchive | docker load'), { cwd, env });
      await expectSameInDocker(docker);
      await expectSameInPodman(join(cwd, 'app.ociarchive'));
      await runScript(script.replace('build ', 'build --external-toc '), { cwd, env });
      await expectOnlyTheImage(docker);
    });
  });
});

const CONFIG = [
  'Env',
  'Entrypoint',
  'Cmd',
  'Labels',
  'Healthcheck',
  'User',
  'WorkingDir',
  'Volumes',
  'ExposedPorts',
  'StopSignal',
];

async function expectSameInDocker(docker: Docker['docker']): Promise<void> {
  const format = CONFIG.map((name) => `{{json .Config.${name}}}`).join('\n');
  expect(await docker('inspect', '--format', format, RESULT)).toBe(
    await docker('inspect', '--format', format, APP_IMAGE),
  );
  expect(await docker('run', '--rm', '--network=none', RESULT)).toBe('good morning from nobody in /var/tmp');
}

/** An archive with external TOCs holds two images; docker run gets to see the one that can run. */
async function expectOnlyTheImage(docker: Docker['docker']): Promise<void> {
  expect(await docker('images')).not.toContain('esgztoc');
  await expectSameInDocker(docker);
}

/** The manifest.json for docker changes nothing for those that read the OCI layout. */
async function expectSameInPodman(archive: string): Promise<void> {
  const written = `oci-archive:${archive}`;
  await run('podman', ['load', '-q', '-i', archive]);
  expect(await manifestDigest(`containers-storage:${RESULT}`)).toBe(await manifestDigest(written));
  await expectFaithful({ source: APP_IMAGE, result: RESULT, written, expected: { fromDocker: true } });
}

/** A Docker that has layah's image and the one to split. */
async function withImages(start: typeof withDocker, use: (docker: Docker) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'docker-'));
  await start(directory, async (env) => {
    for (const image of [LAYAH_IMAGE, APP_IMAGE]) {
      await runScript(`podman save -q ${image} | docker load -q`, { cwd: directory, env });
    }
    await use({ env, docker: async (...args) => (await execa('docker', args, { env })).stdout });
  });
}
