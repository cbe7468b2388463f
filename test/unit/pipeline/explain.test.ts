import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExplainOptions } from '../../../src/config/explain-options.ts';
import type { ExplainReport } from '../../../src/model/explain-report.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import { rootfsPathFromDisplay } from '../../../src/model/rootfs-path.ts';
import { runExplain } from '../../../src/pipeline/explain.ts';
import { buildFlags, testMachine } from '../config/test-machine.ts';
import type { BuiltLayer } from '../images/layer-builder.ts';
import { writeDirectory } from '../images/layouts.ts';
import { END_OF_ARCHIVE, padded, tarBlock } from '../images/tar-blocks.ts';
import { inTemporaryDirectory, layerOf } from './convert-images.ts';
import { named } from './inspect-images.ts';
import { tarOf } from './layer-tars.ts';
import { imageFiles } from './verify-images.ts';

const CONTEXT = {
  reporter: silentReporter,
  signal: new AbortController().signal,
  stdout: process.stdout,
};

async function explain(layers: readonly BuiltLayer[], path: string): Promise<ExplainReport> {
  return inTemporaryDirectory(async (directory) => {
    const location = {
      kind: 'oci-directory',
      path: writeDirectory(directory, imageFiles({ layers })),
    } as const;
    const machinePlatform = { os: 'linux', architecture: 'amd64' };
    const image = { location, tag: undefined, platform: undefined, machinePlatform };
    return runExplain({ kind: 'image', path: rootfsPathFromDisplay(path), image }, CONTEXT);
  });
}

const STATUS = 'Package: tool\nStatus: install ok installed\nVersion: 1-2\n';
const DATABASE = { 'var/lib/dpkg/status': STATUS, 'var/lib/dpkg/info/tool.list': '/usr/bin/tool\n' };

describe('layah explain of an image', () => {
  it('takes claims from the package database that the layers make together', async () => {
    const layers = [layerOf(tarOf({ 'usr/bin/tool': 'x' })), layerOf(tarOf(DATABASE))];
    expect(await explain(layers, '/usr/bin/tool')).toMatchObject({
      path: '/usr/bin/tool',
      kind: 'file',
      sizeBytes: 1,
      isVisible: true,
      component: 'dpkg/tool',
      version: '1-2',
      basis: 'claimed',
      claims: [{ source: 'dpkg', strength: 'strong', component: 'dpkg/tool', path: '/usr/bin/tool' }],
      layer: { index: 0, digest: layers[0]?.descriptor.digest },
      otherLayers: [],
    });
  });

  it('says that nobody claims it', async () => {
    const report = await explain([layerOf(tarOf({ 'opt/x': '1' }))], 'opt/x');
    expect(report).toMatchObject({ component: 'layah/unclaimed', basis: 'unclaimed', claims: [] });
  });

  it('believes the annotation of a layer where no source knows better', async () => {
    const report = await explain([named(layerOf(tarOf({ 'opt/x': '1' })), 'map/app')], '/opt/x');
    expect(report).toMatchObject({
      component: 'map/app',
      basis: 'recorded',
      layer: { componentNames: ['map/app'] },
    });
  });

  it('names the layers that have it too, and those that delete it', async () => {
    const layers = [
      layerOf(tarOf({ 'etc/a': '1' })),
      layerOf(tarOf({ '.wh.etc': '' })),
      layerOf(tarOf({ 'etc/a': '22', '.wh.unrelated': '' })),
    ];
    const report = await explain(layers, '/etc/a');
    expect(report.layer?.index).toBe(2);
    expect(report.otherLayers.map(({ index, role }) => [index, role])).toEqual([
      [0, 'overridden'],
      [1, 'whiteout'],
    ]);
    const deleted = await explain(layers.slice(0, 2), '/etc/a');
    expect(deleted).toMatchObject({ isVisible: false, basis: 'deleted', sizeBytes: 1, layer: undefined });
  });

  it('says of a directory which components are in it and which layers list it', async () => {
    const directory = tarBlock({ name: 'usr/', type: '5', mode: 0o755 });
    const tar = (name: string) =>
      Buffer.concat([directory, tarBlock({ name, size: 1 }), padded(Buffer.from('x')), END_OF_ARCHIVE]);
    const layers = [named(layerOf(tar('usr/a')), 'c/a'), named(layerOf(tar('usr/b')), 'c/b')];
    const report = await explain(layers, '/usr');
    expect(report).toMatchObject({ basis: 'contents', component: undefined, layer: undefined });
    expect(report.contents).toEqual([{ name: 'layah/unclaimed', fileCount: 2 }]);
    expect(report.otherLayers.map(({ index, role }) => [index, role])).toEqual([
      [0, 'directory'],
      [1, 'directory'],
    ]);
  });

  it('finds a path through the symlinks of directories, and a hardlink by what its other names are', async () => {
    const tar = Buffer.concat([
      tarBlock({ name: 'bin', type: '2', link: 'usr/bin' }),
      tarBlock({ name: 'usr/bin/tool', size: 1 }),
      padded(Buffer.from('x')),
      tarBlock({ name: 'usr/bin/other', type: '1', link: 'usr/bin/tool' }),
      END_OF_ARCHIVE,
    ]);
    const layers = [layerOf(tar), layerOf(tarOf(DATABASE))];
    expect(await explain(layers, '/bin/tool')).toMatchObject({ path: '/usr/bin/tool', basis: 'claimed' });
    expect(await explain(layers, '/bin/other')).toMatchObject({
      component: 'dpkg/tool',
      basis: 'hardlink',
      claims: [{ path: '/usr/bin/tool' }],
    });
  });

  it('takes names that are no text as it shows them', async () => {
    const report = await explain([layerOf(tarOf({ 'a\xff': '1' }))], String.raw`/a\xff`);
    expect(report).toMatchObject({ path: String.raw`/a\xff`, component: 'layah/not-utf8' });
  });

  it('says that nothing is there', async () => {
    await expect(explain([layerOf(tarOf({ 'etc/a': '1' }))], '/etc/b')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^PATH: there is no \/etc\/b in \S+$/),
      hint: expect.stringMatching(/^Its directory is there, without it\. /),
    });
  });
});

describe('layah explain of a root filesystem', () => {
  const directory = mkdtempSync(join(tmpdir(), 'layah-explain-'));
  beforeAll(() => {
    mkdirSync(join(directory, 'usr/bin'), { recursive: true });
    mkdirSync(join(directory, 'var/lib/dpkg/info'), { recursive: true });
    for (const [name, content] of Object.entries(DATABASE)) writeFileSync(join(directory, name), content);
    writeFileSync(join(directory, 'usr/bin/tool'), 'x');
    symlinkSync('usr/bin', join(directory, 'bin'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function explainTree(path: string, changes: Parameters<typeof buildFlags>[0] = {}): Promise<ExplainReport> {
    const machine = testMachine({
      isDirectory: (name) => name === directory,
      readTextFile: () => '[{"path": "/usr/**", "component": "mine", "exclusive": true}]',
    });
    const plan = { ...buildFlags(changes), html: undefined };
    // The map is the only file that it reads.
    const raw = {
      subject: directory,
      path,
      selection: {
        tag: undefined,
        platform: undefined,
        maxInflated: undefined,
        maxEntries: undefined,
        tlsVerify: undefined,
        authFile: undefined,
      },
      plan,
      imageFlags: [],
      rootfsFlags: [],
    };
    const withoutLayout = {
      ...machine,
      readTextFile: (name: string) => {
        if (name.endsWith('/oci-layout')) throw new Error('ENOENT');
        return machine.readTextFile(name);
      },
    };
    return runExplain(parseExplainOptions(raw, withoutLayout), CONTEXT);
  }

  it('says what a build would do', async () => {
    const report = await explainTree('/bin/tool');
    expect(report).toMatchObject({
      subject: 'rootfs',
      path: '/usr/bin/tool',
      component: 'dpkg/tool',
      version: '1-2',
      basis: 'claimed',
      layer: { digest: undefined, reason: 'packed', componentNames: expect.arrayContaining(['dpkg/tool']) },
    });
    expect(report.layer?.weeklyUpdateProbability).toBeGreaterThan(0);
  });

  it('takes the component flags of a build, and names the line of the map', async () => {
    expect(await explainTree('/usr/bin/tool', { components: 'map.json' })).toMatchObject({
      component: 'map/mine',
      claims: [
        { source: 'map', strength: 'strong', origin: 'line 1 of component map map.json: /usr/**' },
        { source: 'dpkg' },
      ],
      layer: { reason: 'exclusive', componentNames: ['map/mine'] },
    });
    expect(await explainTree('/usr/bin/tool', { source: ['dpkg=off'] })).toMatchObject({
      component: 'layah/unclaimed',
    });
  });
});
