import { mkdtemp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { DOCKER_NEEDS, withDocker } from './docker-daemon.ts';
import { expectSameImage, manifestDigest } from './flows-compare.ts';
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

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe('an image that docker has', () => {
  testWith(NEEDS, 'is split by docker build, loaded by docker load and runs', async () => {
    await withImagesInDocker(async (env) => {
      const cwd = await checkout();
      await runScript(await example('split-with-docker-build.sh'), { cwd, env });
      const docker = async (...args: string[]): Promise<string> =>
        (await execa('docker', args, { env })).stdout;
      expect(await docker('run', '--rm', '--network=none', RESULT)).toBe(
        'good morning from nobody in /var/tmp',
      );
      const config =
        '{{json .Config.Healthcheck}} {{json .Config.Labels}} {{json .Config.Env}} {{json .Config.Volumes}}';
      expect(await docker('inspect', '--format', config, RESULT)).toBe(
        await docker('inspect', '--format', config, APP_IMAGE),
      );
      console.log(await layahOrFail(['verify', join(cwd, 'image.ociarchive')]));
      await expectSameElsewhere(join(cwd, 'image.ociarchive'));
    });
  });

  testWith(NEEDS, 'is split without a writable disk when /tmp is a tmpfs', async () => {
    await withImagesInDocker(async (env) => {
      const confined = ['--rm', '--network=none', '--read-only', '--tmpfs=/tmp', '--cap-drop=all'];
      const { stdout } = await execa('docker', ['run', ...confined, LAYAH_IMAGE, '--version'], { env });
      expect(stdout).toMatch(/^layah \d/);
    });
  });

  // No Docker 28 here: podman takes the same command line.
  testWith(
    FLOW_NEEDS,
    'is split by docker run with an image mount, where podman stands in for docker',
    async () => {
      const programs = await mkdtemp(join(inject('runDirectory'), 'programs-'));
      const podman = await run('bash', ['-c', 'command -v podman']);
      await symlink(podman, join(programs, 'docker'));
      const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}` };
      await runScript(await example('split-with-docker.sh'), { cwd: await checkout(), env });
      await expectSameImage(APP_IMAGE, RESULT);
    },
  );
});

/** The manifest.json for docker changes nothing for those that read the OCI layout. */
async function expectSameElsewhere(archive: string): Promise<void> {
  const digest = await manifestDigest(`oci-archive:${archive}`);
  await run('podman', ['load', '-q', '-i', archive]);
  expect(await manifestDigest(`containers-storage:${RESULT}`)).toBe(digest);
  await expectSameImage(APP_IMAGE, RESULT);
}

async function withImagesInDocker(use: (env: Record<string, string>) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'docker-'));
  await withDocker(directory, async (env) => {
    for (const image of [LAYAH_IMAGE, APP_IMAGE]) {
      await runScript(`podman save -q ${image} | docker load -q`, { cwd: directory, env });
    }
    await use(env);
  });
}
