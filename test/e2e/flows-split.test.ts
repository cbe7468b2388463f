import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { readManifest } from './archive.ts';
import { expectSameImage, layerCount, manifestDigest, withMounted } from './flows-compare.ts';
import {
  APP_IMAGE,
  checkout,
  DEBIAN_IMAGE,
  example,
  FLOW_NEEDS,
  prepareFlows,
  runScript,
  UPDATED_IMAGE,
} from './flows-workspace.ts';
import { layahOrFail, run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const RESULT = 'localhost/app:1';

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe('an image that exists is split', () => {
  testWith(FLOW_NEEDS, 'by podman with an image mount', async () => {
    await runScript(await example('split-with-podman.sh'), { cwd: await checkout() });
    await expectSameImage(APP_IMAGE, RESULT);
    await expectRuns(RESULT);
  });

  testWith(FLOW_NEEDS, 'by the splitter, twice to the same digest, and its layers verify', async () => {
    const cwd = await checkout();
    const script = await example('split-with-splitter.sh');
    await runScript(script, { cwd });
    const digest = await manifestDigest(`oci:${cwd}/out`);
    await expectSameImage(APP_IMAGE, RESULT);
    await expectRuns(RESULT);
    await withMounted(APP_IMAGE, async (tree) => {
      console.log(await layahOrFail(['verify', `oci:${cwd}/out`, '--rootfs', tree]));
    });
    await runScript(script, { cwd });
    expect(await manifestDigest(`oci:${cwd}/out`)).toBe(digest);
  });

  testWith(FLOW_NEEDS, 'by the splitter with the names of build arguments that chunkah has', async () => {
    const script = (await example('split-with-splitter.sh')).replace(
      '--build-arg LAYAH_CONFIG_STR=',
      `--build-arg CHUNKAH=localhost/layah --build-arg CHUNKAH_ARGS='--max-layers 8' --build-arg CHUNKAH_CONFIG_STR=`,
    );
    await runScript(script, { cwd: await checkout() });
    expect(await layerCount(`containers-storage:${RESULT}`)).toBe(8);
    await expectSameImage(APP_IMAGE, RESULT);
  });

  testWith(FLOW_NEEDS, 'by the splitter into at most 8 layers', async () => {
    const script = await example('split-with-splitter.sh');
    const withArgs = script.replace('--from', `--build-arg LAYAH_ARGS='--max-layers 8' --from`);
    await runScript(withArgs, { cwd: await checkout() });
    expect(await layerCount(`containers-storage:${RESULT}`)).toBe(8);
    await expectSameImage(APP_IMAGE, RESULT);
  });

  testWith(FLOW_NEEDS, 'by the splitter with a config that is too long for an argument', async () => {
    const cwd = await checkout();
    const [inspected] = JSON.parse(await run('podman', ['inspect', APP_IMAGE]));
    inspected.Config.Labels['org.example.long'] = 'x'.repeat(200_000);
    await writeFile(join(cwd, 'config.json'), JSON.stringify([inspected]));
    const script = await example('split-with-splitter.sh');
    const fromFile = script.replace(/LAYAH_CONFIG_STR="[^"]*"/, 'LAYAH_CONFIG=config.json');
    await runScript(fromFile, { cwd });
    const labels = await run('podman', [
      'inspect',
      '--format',
      '{{len (index .Config.Labels "org.example.long")}}',
      RESULT,
    ]);
    expect(labels.trim()).toBe('200000');
    await expectRuns(RESULT);
  });

  testWith(FLOW_NEEDS, 'again after a package changed: few layers are new', async () => {
    const cwd = await checkout();
    const script = await example('split-with-podman.sh');
    const toArchive = (image: string, archive: string): string =>
      script.replace(APP_IMAGE, image).replace(/\|\n\s+podman load/, `>${archive}`);
    await runScript(toArchive(APP_IMAGE, 'before.ociarchive'), { cwd });
    await runScript(toArchive(UPDATED_IMAGE, 'after.ociarchive'), { cwd });
    const before = await readManifest(join(cwd, 'before.ociarchive'));
    const after = await readManifest(join(cwd, 'after.ociarchive'));
    const known = new Set(before.layers.map(({ digest }) => digest));
    const fresh = after.layers.filter(({ digest }) => !known.has(digest));
    const bytes = (layers: readonly { size: number }[]): number =>
      layers.reduce((sum, { size }) => sum + size, 0);
    console.log(
      `${fresh.length} of ${after.layers.length} layers changed: ${bytes(fresh)} of ${bytes(after.layers)} bytes`,
      fresh.map(({ size, annotations }) => `${size} ${annotations?.['org.layah.component']}`),
    );
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.length).toBeLessThanOrEqual(4);
    expect(bytes(fresh)).toBeLessThan(bytes(after.layers) / 5);
  });
});

describe('a directory becomes an image', () => {
  testWith(FLOW_NEEDS, 'that runs, of the same tree', async () => {
    const cwd = await checkout();
    await withMounted(DEBIAN_IMAGE, async (tree) => {
      await run('cp', ['-a', tree, join(cwd, 'rootfs')]);
      await runScript(await example('split-rootfs.sh'), { cwd });
      await layahOrFail(['verify', join(cwd, 'rootfs.ociarchive'), '--rootfs', tree]);
    });
    expect(
      await run('podman', ['run', '--rm', '--network=none', 'localhost/rootfs:1', '/bin/echo', 'hi']),
    ).toBe('hi');
  });
});

async function expectRuns(image: string): Promise<void> {
  const output = await run('podman', ['run', '--rm', '--network=none', image]);
  expect(output).toContain('good morning from nobody in /var/tmp');
}
