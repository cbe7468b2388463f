import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import { LayahError } from '../../../src/model/errors.ts';
import type { BuildOptions, ImageLocation } from '../../../src/model/options.ts';
import { runBuild } from '../../../src/pipeline/build.ts';
import { runPlan } from '../../../src/pipeline/plan.ts';
import type { BuildSummary, PlanReport } from '../../../src/pipeline/run.ts';
import { createCollectingReporter } from '../components/collecting-reporter.ts';
import { buildFlags, testMachine } from '../config/test-machine.ts';
import { blobName, describeBytes, indexOf, LAYOUT_FILE, OCI, writeDirectory } from '../images/layouts.ts';

const PACKAGES = Array.from({ length: 12 }, (_, index) => `package-${index}`);
const DEFAULTS = parseBuildOptions(buildFlags({ maxLayers: '5', threads: '1' }), testMachine());

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-next-build-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Node packages, each a component, with a file of its own size. */
function makeRootfs(name: string): string {
  const rootfs = join(directory, name);
  for (const [index, each] of PACKAGES.entries()) {
    write(rootfs, `srv/node_modules/${each}/package.json`, JSON.stringify({ name: each, version: '1.0.0' }));
    write(rootfs, `srv/node_modules/${each}/index.js`, 'x'.repeat(1000 * (index + 1)));
  }
  write(rootfs, 'etc/hostname', 'host');
  return rootfs;
}

function write(rootfs: string, path: string, content: string): void {
  mkdirSync(dirname(join(rootfs, path)), { recursive: true });
  writeFileSync(join(rootfs, path), content);
  utimesSync(join(rootfs, path), 1_600_000_000, 1_600_000_000);
}

interface Ran<Result> {
  readonly result: Result;
  readonly warnings: readonly string[];
}

type Changes = Partial<BuildOptions>;

async function run<Result>(
  work: (options: BuildOptions, context: Parameters<typeof runBuild>[1]) => Promise<Result>,
  changes: Changes,
): Promise<Ran<Result>> {
  const reporter = createCollectingReporter();
  const { signal } = new AbortController();
  const result = await work({ ...DEFAULTS, ...changes }, { reporter, signal, stdout: process.stdout });
  return { result, warnings: reporter.warnings };
}

async function build(rootfs: string, changes: Changes = {}): Promise<BuildSummary> {
  return (await run(runBuild, { rootfs, output: archive('scratch'), ...changes })).result;
}

async function plan(rootfs: string, changes: Changes = {}): Promise<PlanReport> {
  return (await run(runPlan, { rootfs, ...changes })).result;
}

function archive(name: string) {
  return { kind: 'oci-archive', path: join(directory, `${name}.ociarchive`) } as const;
}

function namesOf({ components }: PlanReport['layers'][number]): string[] {
  return components.map(({ name }) => name);
}

describe('the build after a build', () => {
  const first = () => archive('first');
  let rootfs: string;
  beforeAll(async () => {
    rootfs = makeRootfs('rootfs');
    await build(rootfs, { output: first() });
  });

  it('is the same image when nothing has changed', async () => {
    await build(rootfs, { output: archive('same'), previous: first() });
    expect(readFileSync(archive('same').path).equals(readFileSync(first().path))).toBe(true);
    const { layers } = await plan(rootfs, { previous: first() });
    expect(new Set(layers.map(({ change }) => change))).toEqual(new Set(['kept']));
  });

  it('keeps every layer of which nothing has changed', async () => {
    const changed = makeRootfs('changed');
    write(changed, 'srv/node_modules/package-3/index.js', 'y'.repeat(50_000));
    const [before, after] = [await build(rootfs), await build(changed, { previous: first() })];
    const digests = before.layers
      .filter(({ componentNames }) => !componentNames.includes('node/package-3'))
      .map(({ blob }) => blob.digest);
    expect(digests.length).toBeGreaterThan(2);
    expect(after.layers.map(({ blob }) => blob.digest)).toEqual(expect.arrayContaining(digests));
    const { layers } = await plan(changed, { previous: first() });
    expect(layers.filter(({ change }) => change === 'kept')).toHaveLength(digests.length);
  });

  it('tells what is new, and what is no longer there', async () => {
    const other = makeRootfs('other');
    rmSync(join(other, 'srv/node_modules/package-1'), { recursive: true });
    write(other, 'srv/node_modules/another/package.json', '{"name": "another", "version": "1.0.0"}');
    const changes = { previous: first(), exclusiveComponents: ['node/another'] };
    const { layers, removedComponents } = await plan(other, changes);
    expect(removedComponents).toEqual(['node/package-1']);
    expect(layers.filter(({ change }) => change === 'new').map(namesOf)).toEqual([['node/another']]);
  });

  it('may replace the image that it goes on from', async () => {
    const layout = { kind: 'oci-directory', path: join(directory, 'layout'), replace: true } as const;
    const { manifestDigest } = await build(rootfs, { output: layout });
    const again = await build(rootfs, { output: layout, previous: layout });
    expect(again.manifestDigest).toBe(manifestDigest);
  });

  it('fails when there is no such image, and writes nothing', async () => {
    const output = archive('nothing');
    const thrown: unknown = await build(rootfs, { output, previous: archive('missing') }).catch(
      (error: unknown) => error,
    );
    if (!(thrown instanceof LayahError) || !(thrown.cause instanceof LayahError)) throw thrown;
    expect(thrown).toMatchObject({
      code: 'bad-image',
      message: 'reading the previous image',
      hint: 'Name an existing image: a file, or a directory as oci:DIR.',
    });
    expect(thrown.cause.message).toBe(`reading the image ${archive('missing').path}`);
    expect(() => statSync(output.path)).toThrow('ENOENT');
  });

  it('warns of an image that another engine or level has compressed', async () => {
    const engine = (level: number) => ({ name: 'zlib', level, libdeflatePath: undefined }) as const;
    const output = archive('level-1');
    await build(rootfs, { output, engine: engine(1) });
    const next = { rootfs, previous: output, output: archive('level-9') };
    const same = await run(runBuild, { ...next, engine: engine(1) });
    expect(same.warnings).toEqual([]);
    const other = await run(runBuild, { ...next, engine: engine(9) });
    expect(other.warnings.map((warning) => warning.replaceAll(/fingerprint=\w+/g, 'F'))).toEqual([
      'the previous image was compressed by "zlib level=1 F", this one is by "zlib level=9 F": its layers come out with other bytes even where nothing has changed (see --gzip-engine and --compression-level)',
    ]);
    const plain = await run(runBuild, { ...next, engine: engine(9), format: 'none' });
    expect(plain.warnings).toEqual([]);
  });

  it('warns of an image of others, and is as without it', async () => {
    const previous = foreignImage();
    const { result, warnings } = await run(runPlan, { rootfs, previous });
    expect(warnings).toEqual([
      'the previous image is not used: none of its layers says what it holds: it was not written by layah, or podman has compressed its layers anew',
    ]);
    expect(result).toEqual(await plan(rootfs));
  });
});

function foreignImage(): ImageLocation {
  const config = describeBytes(OCI.config, Buffer.from('{}'));
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [] }));
  const descriptor = describeBytes(OCI.manifest, manifest);
  const files = {
    ...LAYOUT_FILE,
    'index.json': indexOf([descriptor]),
    [blobName(descriptor.digest)]: manifest,
  };
  return { kind: 'oci-directory', path: writeDirectory(join(directory, 'foreign'), files) };
}

describe('a plan', () => {
  it('has the layers that a build makes', async () => {
    const rootfs = makeRootfs('planned');
    const [{ layers, sizeBytes }, built] = [await plan(rootfs), await build(rootfs)];
    expect(layers.map(namesOf)).toEqual(built.layers.map(({ componentNames }) => componentNames));
    expect(sizeBytes).toBeGreaterThan(built.contentBytes);
    expect(new Set(layers.map(({ change }) => change))).toEqual(new Set([undefined]));
  });

  it('reads no content of files', async () => {
    const rootfs = makeRootfs('huge');
    write(rootfs, 'opt/huge', '');
    truncateSync(join(rootfs, 'opt/huge'), 2 ** 40);
    const { layers } = await plan(rootfs);
    expect(layers.filter(({ sizeBytes }) => sizeBytes > 2 ** 40).map(namesOf)).toEqual([
      ['bigfiles/opt/huge'],
    ]);
  });

  it('cuts what is too big for a layer, along its files', async () => {
    const rootfs = makeRootfs('cut');
    for (let index = 0; index < 8; index++) write(rootfs, `srv/app/${index}/data`, 'z'.repeat(40_000));
    const { layers } = await plan(rootfs, { maxLayerSizeBytes: 102_400, maxLayers: 30 });
    expect(
      layers.flatMap(namesOf).filter((name) => name.startsWith('layah/unclaimed#')).length,
    ).toBeGreaterThan(3);
    expect(Math.max(...layers.map(({ sizeBytes }) => sizeBytes))).toBeLessThanOrEqual(102_400);
  });

  it('warns of a file that is larger than a layer may be', async () => {
    const rootfs = makeRootfs('oversized');
    write(rootfs, 'srv/app/big', 'b'.repeat(200_000));
    const { result, warnings } = await run(runPlan, { rootfs, maxLayerSizeBytes: 102_400, maxLayers: 30 });
    expect(warnings).toEqual([
      '--max-layer-size 102400: one file of layah/unclaimed#/srv/app/big makes a layer of 202752 bytes, and files are not cut',
    ]);
    const tooBig = result.layers.filter(({ sizeBytes }) => sizeBytes > 102_400);
    expect(tooBig.map(namesOf)).toEqual([['layah/unclaimed#/srv/app/big']]);
  });
});
