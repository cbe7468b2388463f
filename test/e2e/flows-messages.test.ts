import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { DOCKER_NEEDS, withDocker } from './docker-daemon.ts';
import {
  APP_IMAGE,
  checkout,
  example,
  FLOW_NEEDS,
  LAYAH_IMAGE,
  LONG_CONFIG_IMAGE,
  prepareFlows,
  runScript,
  tryScript,
} from './flows-workspace.ts';
import { haveAll, testWith } from './needs.ts';
import { tableRows } from './readme.ts';

const NEEDS = [...FLOW_NEEDS, ...DOCKER_NEEDS];
const RUN = `podman run --rm -i --mount type=image,source=${APP_IMAGE},target=/layah`;
const TO_DIRECTORY = `${RUN} -v "$PWD/out:/out" --security-opt=label=disable ${LAYAH_IMAGE} build -o oci:/out`;

/** How a user comes to see a message. Each gets a fresh clone to work in. */
const MISTAKES: Record<string, () => Promise<string>> = {
  'the output directory ... already holds an OCI layout': () =>
    inClone(`mkdir out; ${TO_DIRECTORY}; ${TO_DIRECTORY}`),
  'EACCES: permission denied': () => inClone(`${RUN} --cap-drop=all ${LAYAH_IMAGE} build >image`),
  'Argument list too long': async () =>
    inClone((await example('split-with-splitter.sh')).replace(APP_IMAGE, LONG_CONFIG_IMAGE)),
  '... (--config -) is empty': async () =>
    inClone((await example('split-with-podman.sh')).replace(' -i ', ' ')),
  '... (--config -) holds an empty list': async () =>
    inClone(
      (await example('split-with-podman.sh')).replace('podman inspect $IMG', 'podman inspect localhost/none'),
    ),
  'holding a layer back in the temporary directory /tmp': () =>
    inClone(
      `mkdir layah && head -c 80M /dev/urandom >layah/big && podman run --rm --read-only --read-only-tmpfs=false ` +
        `-v "$PWD/layah:/layah" --security-opt=label=disable ${LAYAH_IMAGE} build >image`,
    ),
  'invalid mount config for type "image"': async () => {
    const directory = await mkdtemp(join(inject('runDirectory'), 'docker-'));
    const script = await example('split-with-docker.sh');
    let output = '';
    await withDocker(directory, async (env) => {
      // Any image will do: it does not come to run it.
      const load = `podman save -q ${LAYAH_IMAGE} | docker load -q && docker tag ${LAYAH_IMAGE} ${APP_IMAGE}`;
      await runScript(load, { cwd: directory, env });
      output = await inClone(script, env);
    });
    return output;
  },
  'short-name "overridden-by--from" did not resolve': async () =>
    inClone((await example('split-with-splitter.sh')).replace('--from $IMG', '')),
  'open out/index.json: no such file or directory': async () =>
    inClone((await example('split-while-building.sh')).replace('--skip-unused-stages=false', '')),
};

beforeAll(async () => {
  if (haveAll(NEEDS)) await prepareFlows();
});

describe("the README's messages", () => {
  testWith([], 'are all provoked below', async () => {
    const quoted = (await readMessages()).filter((message) => message !== undefined);
    expect(quoted.sort()).toEqual(Object.keys(MISTAKES).sort());
  });

  for (const [message, makeMistake] of Object.entries(MISTAKES)) {
    testWith(NEEDS, `are printed: ${message}`, async () => {
      const output = await makeMistake();
      for (const part of message.split('...')) expect(output).toContain(part);
    });
  }
});

/** What the table has in code font; where there is no message, it describes what is seen. */
async function readMessages(): Promise<(string | undefined)[]> {
  const rows = await tableRows('When it fails');
  return rows.map(([message = '']) => /^`(.+?)`/.exec(message)?.[1]);
}

/** @returns what the script printed before it failed. */
async function inClone(script: string, env: Record<string, string> = {}): Promise<string> {
  const cwd = await checkout();
  const { exitCode, output } = await tryScript(script, { cwd, env });
  await rm(cwd, { recursive: true });
  expect(exitCode).not.toBe(0);
  return output;
}
