import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject } from 'vitest';
import { expectFaithful } from './flows-compare.ts';
import { APP_IMAGE, example, FLOW_NEEDS, LAYAH_IMAGE, prepareFlows } from './flows-workspace.ts';
import { run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const NEEDS = [...FLOW_NEEDS, 'unshare', 'setpriv', 'newuidmap'];
const RESULT = 'localhost/rootless:1';
const script = fileURLToPath(new URL('rootless.sh', import.meta.url));

beforeAll(async () => {
  if (haveAll(NEEDS)) await prepareFlows();
});

describe('rootless podman', () => {
  testWith(NEEDS, 'splits an image as the examples say, to an image that runs', async () => {
    const directory = await mkdtemp(join(inject('runDirectory'), 'rootless-'));
    await chmod(inject('runDirectory'), 0o711);
    await run('podman', ['save', '-q', '-o', join(directory, 'images.tar'), '-m', LAYAH_IMAGE, APP_IMAGE]);
    await chmod(join(directory, 'images.tar'), 0o644);
    // This machine's rootless containers have no network; neither needs one.
    const commands = (await example('split-with-podman.sh'))
      .replace('--rm -i', '--rm -i --network=none')
      .replace('podman load', 'tee app.ociarchive | podman load');
    const output = await run('bash', [
      script,
      directory,
      'bash',
      '-euo',
      'pipefail',
      '-c',
      [
        'podman load -q -i images.tar',
        commands,
        'podman run --rm --network=none localhost/app:1',
        'podman save -q --format oci-archive -o result.ociarchive localhost/app:1',
      ].join('\n'),
    ]);
    expect(output).toContain('good morning from nobody in /var/tmp');
    console.log(output);
    await run('skopeo', [
      'copy',
      '-q',
      `oci-archive:${directory}/result.ociarchive`,
      `containers-storage:${RESULT}`,
    ]);
    await expectFaithful({
      source: APP_IMAGE,
      result: RESULT,
      written: `oci-archive:${directory}/app.ociarchive`,
    });
  });
});
