import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { readManifest } from './archive.ts';
import { expectFaithful, layerCount, manifestDigest, withMounted } from './flows-compare.ts';
import {
  APP_IMAGE,
  checkout,
  DEBIAN_IMAGE,
  example,
  FLOW_NEEDS,
  LONG_CONFIG_IMAGE,
  prepareFlows,
  runScript,
  UPDATED_IMAGE,
} from './flows-workspace.ts';
import { run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const RESULT = 'localhost/app:1';
const STORED_RESULT = `containers-storage:${RESULT}`;

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe('an image that exists is split', () => {
  testWith(FLOW_NEEDS, 'by podman with an image mount, twice to the same digest', async () => {
    await runScript(await example('split-with-podman.sh'), { cwd: await checkout() });
    const digest = await manifestDigest(STORED_RESULT);
    const written = `oci-archive:${await splitToArchive(APP_IMAGE)}`;
    expect(await manifestDigest(written)).toBe(digest);
    expect(await manifestDigest(STORED_RESULT)).toBe(digest);
    await expectFaithful({ source: APP_IMAGE, result: RESULT, written });
  });

  testWith(FLOW_NEEDS, 'again after a package changed: few layers are new', async () => {
    const before = await readManifest(await splitToArchive(APP_IMAGE));
    const after = await readManifest(await splitToArchive(UPDATED_IMAGE));
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

  testWith(FLOW_NEEDS, 'by the splitter, twice to the same digest', async () => {
    const cwd = await checkout();
    const script = await example('split-with-splitter.sh');
    await runScript(script, { cwd });
    const written = `oci:${cwd}/out`;
    const digest = await manifestDigest(written);
    await expectFaithful({ source: APP_IMAGE, result: RESULT, written });
    await runScript(script, { cwd });
    expect(await manifestDigest(written)).toBe(digest);
  });

  testWith(FLOW_NEEDS, 'by the splitter into at most 8 layers, also by the names of chunkah', async () => {
    const cwd = await checkout();
    const script = await example('split-with-splitter.sh');
    await runScript(script.replace('--from', '--build-arg LAYAH_ARGS="--max-layers 8" --from'), { cwd });
    const written = `oci:${cwd}/out`;
    const digest = await manifestDigest(written);
    // A plan without a previous image leaves one layer free.
    expect(await layerCount(STORED_RESULT)).toBe(7);
    await expectFaithful({ source: APP_IMAGE, result: RESULT, written });
    const names = '--build-arg CHUNKAH=localhost/layah --build-arg CHUNKAH_ARGS="--max-layers 8"';
    const renamed = script
      .replace('--from', `${names} --from`)
      .replace('LAYAH_CONFIG_STR', 'CHUNKAH_CONFIG_STR');
    await runScript(renamed, { cwd });
    expect(await manifestDigest(written)).toBe(digest);
  });

  testWith(FLOW_NEEDS, 'by the splitter with a config that is too long for an argument', async () => {
    const cwd = await checkout();
    const script = await example('split-with-splitter-file.sh');
    await runScript(script.replace(APP_IMAGE, LONG_CONFIG_IMAGE), { cwd });
    await expectFaithful({ source: LONG_CONFIG_IMAGE, result: RESULT, written: `oci:${cwd}/out` });
  });
});

describe('a directory becomes an image', () => {
  testWith(FLOW_NEEDS, 'that runs, of the same tree, twice to the same digest', async () => {
    const cwd = await checkout();
    await withMounted(DEBIAN_IMAGE, async (tree) => {
      await run('cp', ['-a', tree, join(cwd, 'rootfs')]);
    });
    const script = (await example('split-rootfs.sh')).replace('--rm', '--rm -e SOURCE_DATE_EPOCH=1750000000');
    await runScript(script, { cwd });
    const written = `oci-archive:${cwd}/rootfs.ociarchive`;
    const digest = await manifestDigest(written);
    await expectFaithful({
      source: DEBIAN_IMAGE,
      result: 'localhost/rootfs:1',
      written,
      expected: { config: { Cmd: ['/bin/sh'] }, command: ['/bin/cat', '/etc/debian_version'] },
    });
    await runScript(script, { cwd });
    expect(await manifestDigest(written)).toBe(digest);
  });
});

const archives = new Map<string, Promise<string>>();

/** As the example for podman does it, with a copy of what podman loads. */
async function splitToArchive(image: string): Promise<string> {
  const archive = archives.get(image) ?? splitByPodman(image);
  archives.set(image, archive);
  return archive;
}

async function splitByPodman(image: string): Promise<string> {
  const cwd = await checkout();
  const script = await example('split-with-podman.sh');
  const kept = script.replace(APP_IMAGE, image).replace('podman load', 'tee app.ociarchive | podman load');
  await runScript(kept, { cwd });
  return join(cwd, 'app.ociarchive');
}
