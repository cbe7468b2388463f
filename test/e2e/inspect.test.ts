import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import type { DiffReport } from '../../src/model/diff-report.ts';
import type { ExplainReport } from '../../src/model/explain-report.ts';
import type { ImageReport } from '../../src/model/image-report.ts';
import { layah, layahOrFail, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';
import {
  REGISTRY_PROGRAM,
  type RegistryServer,
  servedBlobBytes,
  withRegistryServer,
} from './registry-server.ts';

const NEEDS = ['root', 'debootstrap', 'skopeo', REGISTRY_PROGRAM] as const;

describe('a Debian image of 60 layers and its update, at a registry', () => {
  let directory = '';
  let update: { readonly debian: string; readonly changed: string };

  beforeAll(async () => {
    if (!haveAll(NEEDS)) return;
    directory = await mkdtemp(join(inject('runDirectory'), 'inspect-'));
    const debian = await makeRootfs('debian');
    update = { debian, changed: await updateTar(debian, join(directory, 'rootfs')) };
  });

  /** Serves both as HOST/app:1 and HOST/app:2. */
  async function withUpdate(
    use: (server: RegistryServer, bytes: ServedBytes) => Promise<void>,
  ): Promise<void> {
    await withRegistryServer({ directory: join(directory, 'registry') }, async (server) => {
      const build = async (rootfs: string, tag: string, ...flags: string[]) =>
        layahOrFail([
          'build',
          `--rootfs=${rootfs}`,
          `--output=docker://${server.host}/app:${tag}`,
          '--tls-verify=false',
          '--source-date-epoch=2000000000',
          '--max-layers=60',
          '--quiet',
          ...flags,
        ]);
      await build(update.debian, '1');
      await build(update.changed, '2', '--previous', `docker://${server.host}/app:1`);
      await use(server, servedBytes(server));
    });
  }

  testWith(NEEDS, 'are inspected and compared with a small part of their bytes', async () => {
    await withUpdate(async ({ host }, served) => {
      const [old, updated] = [`docker://${host}/app:1`, `docker://${host}/app:2`];
      const started = performance.now();
      const { result: report, bytes } = await served(async () => json<ImageReport>('inspect', old));
      const seconds = (performance.now() - started) / 1000;
      const { layerCount, compressedBytes } = report.totals;
      console.log(
        `inspect of ${layerCount} layers: ${seconds.toFixed(2)} s, ${bytes} of ${compressedBytes} bytes`,
      );
      expect(layerCount).toBeGreaterThanOrEqual(55);
      expect(report.layers.every(({ storage }) => storage.kind === 'estargz')).toBe(true);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(0.05 * compressedBytes);

      const compared = await served(async () => json<DiffReport>('diff', old, updated));
      const both = compared.result.old.compressedBytes + compared.result.new.compressedBytes;
      console.log(`diff: ${compared.bytes} of ${both} bytes in ${compared.requestCount} requests`);
      expect(compared.bytes).toBeLessThan(0.05 * both);
      // Most layers end in their TOC and what the package manager knows of them.
      expect(compared.requestCount).toBeLessThan(1.7 * layerCount);

      await expectPulled(compared.result, { host, served });
      expectTarUpdated(compared.result);
      const all = await json<ImageReport>('inspect', updated, '--databases');
      const ofComponents = all.components.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
      expect(ofComponents).toBe(all.totals.sizeBytes);
      expect(all.componentsFrom).toBe('databases');

      const limit = await layah([
        'diff',
        old,
        updated,
        '--tls-verify=false',
        '--fail-above',
        '1k',
        '--markdown',
      ]);
      expect(limit.exitCode).toBe(3);
      expect(limit.stderr).toContain('is above --fail-above 1.0 KiB');
      expect(limit.stdout).toContain('| `dpkg/tar` | updated | 1.34');
      console.log(limit.stdout);

      const tar = await json<ExplainReport>('explain', updated, '/bin/tar');
      expect(tar).toMatchObject({ path: '/usr/bin/tar', component: 'dpkg/tar', basis: 'claimed' });
    });
  });

  /** What the registry serves to a client that has the old image and pulls the new one, with the bytes of the report. */
  async function expectPulled({ download }: DiffReport, { host, served }: Serving): Promise<void> {
    const client = join(directory, 'client');
    const pull = async (tag: string) =>
      run('skopeo', [
        'copy',
        '-q',
        '--src-tls-verify=false',
        `docker://${host}/app:${tag}`,
        `oci:${client}:${tag}`,
      ]);
    await pull('1');
    const { bytes } = await served(() => pull('2'));
    console.log(`skopeo: ${bytes} bytes of blobs, diff said ${download.blobBytes}`);
    expect(bytes).toBe(download.blobBytes);
    await rm(client, { recursive: true });
  }
});

/** An update of tar: its program, and what the package database says of it. @returns the new tree. */
async function updateTar(debian: string, rootfs: string): Promise<string> {
  await run('cp', ['-a', '--reflink=auto', debian, rootfs]);
  const program = join(rootfs, 'usr/bin/tar');
  await writeFile(program, Buffer.concat([await readFile(program), Buffer.from('more')]));
  await utimes(program, 1_500_000_000, 1_500_000_000);
  const status = join(rootfs, 'var/lib/dpkg/status');
  const text = await readFile(status, 'latin1');
  await writeFile(status, text.replace(/^(Package: tar\n(?:.+\n)*?Version: )(.+)$/m, '$1$2.1'), 'latin1');
  return rootfs;
}

function expectTarUpdated({ components, chunks, download }: DiffReport): void {
  const tar = components.find(({ name }) => name === 'dpkg/tar');
  expect(tar).toMatchObject({ fate: 'updated', files: { added: 0, removed: 0, changed: 1, touched: 0 } });
  expect(tar?.newVersion).toBe(`${tar?.oldVersion}.1`);
  const changed = components.filter(({ fate }) => fate === 'updated').map(({ name }) => name);
  expect(changed).toEqual(['dpkg/database', 'dpkg/tar']);
  expect(chunks.chunkCount - chunks.sharedChunkCount).toBe(2);
  expect(chunks.downloadBytes).toBeLessThan(download.layerBytes);
}

type ServedBytes = <Result>(
  use: () => Promise<Result>,
) => Promise<{ readonly result: Result; readonly bytes: number; readonly requestCount: number }>;

interface Serving {
  readonly host: string;
  readonly served: ServedBytes;
}

/** Counts the bytes of blobs that the registry serves meanwhile. */
function servedBytes(server: RegistryServer): ServedBytes {
  return async (use) => {
    const before = (await server.requests()).length;
    const result = await use();
    const requests = (await server.requests()).slice(before);
    return { result, bytes: servedBlobBytes(requests), requestCount: requests.length };
  };
}

async function json<Report>(command: string, ...args: string[]): Promise<Report> {
  const registry = args.some((arg) => arg.startsWith('docker://')) ? ['--tls-verify=false'] : [];
  const { exitCode, stdout, stderr } = await layah([command, ...args, '--json', ...registry]);
  if (exitCode !== 0) throw new Error(`layah ${command} ${args.join(' ')} ended with ${exitCode}\n${stderr}`);
  return JSON.parse(stdout);
}

describe('an image of several layers by buildah', () => {
  const needs = ['root', 'buildah', 'skopeo'] as const;
  let directory = '';

  beforeAll(async () => {
    if (!haveAll(needs)) return;
    directory = await mkdtemp(join(inject('runDirectory'), 'inspect-buildah-'));
    await run('bash', ['-euc', BUILDAH_SCRIPT, 'buildah', directory]);
  });

  testWith(needs, 'is the same in a layout, an archive and a Docker archive, and converted', async () => {
    const inDirectory = (name: string) => join(directory, name);
    const layout = await json<ImageReport>('inspect', `oci:${inDirectory('layout')}:v1`);
    const archive = await json<ImageReport>('inspect', `oci-archive:${inDirectory('app.ociarchive')}`);
    const docker = await json<ImageReport>('inspect', `docker-archive:${inDirectory('app.tar')}`);
    await layahOrFail([
      'convert',
      '-q',
      `oci:${inDirectory('layout')}:v1`,
      inDirectory('estargz.ociarchive'),
    ]);
    const estargz = await json<ImageReport>('inspect', inDirectory('estargz.ociarchive'));
    expect(layout.layers.map(({ storage }) => storage.kind)).toEqual(['gzip', 'gzip', 'gzip']);
    expect(docker.layers.map(({ storage }) => storage.kind)).toEqual(['plain', 'plain', 'plain']);
    // The first has a name that no TOC can hold.
    expect(estargz.layers.map(({ storage }) => storage.kind)).toEqual(['gzip', 'estargz', 'estargz']);
    for (const other of [archive, docker, estargz]) {
      expect(other.largestFiles).toEqual(layout.largestFiles);
      expect(other.overridden).toEqual(layout.overridden);
      expect(other.duplicates).toEqual(layout.duplicates);
      expect(other.config).toEqual(layout.config);
    }
    expect(layout.duplicates).toMatchObject({ contentCount: 1, wastedBytes: 5 });
    expect(layout.duplicates.worst[0]?.copies.map(({ path }) => path)).toEqual([
      '/a/one',
      String.raw`/a/t\xffo`,
    ]);
    expect(layout.overridden).toMatchObject({ fileCount: 2, sizeBytes: 21 });
    expect(layout.componentsFrom).toBe('none');
    const text = await layahOrFail(['inspect', `oci:${inDirectory('layout')}:v1`]);
    console.log(text);
    expect(text).toContain('overridden by later layers: 2 files, 21 B');
  });

  testWith(needs, 'says what deletes a path, and what overrides it', async () => {
    const image = `docker-archive:${join(directory, 'app.tar')}`;
    expect(await json<ExplainReport>('explain', image, '/b/gone')).toMatchObject({
      isVisible: false,
      basis: 'deleted',
      otherLayers: [
        { index: 0, role: 'overridden' },
        { index: 2, role: 'whiteout' },
      ],
    });
    expect(await json<ExplainReport>('explain', image, '/b/over')).toMatchObject({
      isVisible: true,
      layer: { index: 1 },
      otherLayers: [{ index: 0, role: 'overridden' }],
    });
  });

  testWith(needs, 'costs nothing when it is compressed in another way, but its download', async () => {
    const report = await json<DiffReport>(
      'diff',
      `docker-archive:${join(directory, 'app.tar')}`,
      `oci:${join(directory, 'layout')}:v1`,
    );
    expect(report.totals).toMatchObject({ shared: { layerCount: 0 }, new: { layerCount: 3 } });
    expect(report.layers.every(({ isRecompressed }) => isRecompressed)).toBe(true);
    expect(report.components.every(({ fate }) => fate === 'repacked')).toBe(true);
    const same = await json<DiffReport>(
      'diff',
      `oci:${join(directory, 'layout')}:v1`,
      join(directory, 'app.ociarchive'),
    );
    expect(same.download.layerBytes).toBe(0);
  });
});

/** Three layers: one that the second overrides a file of, and the third deletes one of. */
const BUILDAH_SCRIPT = String.raw`
export CONTAINERS_STORAGE_CONF="$1/storage.conf"
cat >"$1/storage.conf" <<END
[storage]
driver = "vfs"
graphroot = "$1/storage"
runroot = "$1/run"
END
cd "$1"
container=$(buildah from scratch)
step() {
  root=$(buildah mount "$container")
  (cd "$root" && eval "$1")
  buildah umount "$container" >/dev/null
  buildah commit -q "$container" "localhost/step:$2" >/dev/null
  buildah rm "$container" >/dev/null
  container=$(buildah from --pull=never "localhost/step:$2")
}
step 'mkdir a b; printf twice >a/one; printf twice >"a/t$(printf "\377")o"; printf overridden >b/over; printf deleted-one >b/gone' 1
step 'printf short >b/over' 2
step 'rm b/gone; touch b/new' 3
buildah rm "$container" >/dev/null
skopeo copy -q containers-storage:localhost/step:3 "oci:layout:v1"
skopeo copy -q containers-storage:localhost/step:3 "oci-archive:app.ociarchive"
skopeo copy -q containers-storage:localhost/step:3 "docker-archive:app.tar:localhost/app:1"
`;
