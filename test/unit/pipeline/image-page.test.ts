import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import type { BuildOptions } from '../../../src/model/options.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { runBuild } from '../../../src/pipeline/build.ts';
import { runPlan } from '../../../src/pipeline/plan.ts';
import type { BuildSummary } from '../../../src/pipeline/run.ts';
import { buildFlags, testMachine } from '../config/test-machine.ts';
import { type ParsedElement, parsePage } from '../reports/parsed-page.ts';

const MIB = 1024 * 1024;
const DEFAULTS = parseBuildOptions(buildFlags({ threads: '1', tag: 'localhost/app:1' }), testMachine());

let directory: string;
let rootfs: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-image-page-'));
  rootfs = join(directory, 'rootfs');
  write('srv/node_modules/small/package.json', JSON.stringify({ name: 'small', version: '1.0.0' }));
  write('srv/node_modules/large/package.json', JSON.stringify({ name: 'large', version: '1.0.0' }));
  write('srv/node_modules/large/<b>&"\n.js', 'x'.repeat(MIB));
  write('srv/model.bin', 'y'.repeat(2 * MIB));
  write('etc/hostname', 'host');
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(rootfs, path)), { recursive: true });
  writeFileSync(join(rootfs, path), content);
}

function place(name: string): string {
  return join(directory, name);
}

async function build(changes: Partial<BuildOptions>): Promise<BuildSummary> {
  const output = { kind: 'oci-archive', path: place('app.ociarchive') } as const;
  return runBuild({ ...DEFAULTS, rootfs, output, ...changes }, context());
}

function context() {
  return { reporter: silentReporter, signal: new AbortController().signal, stdout: process.stdout };
}

function readPage(name: string): ParsedElement[] {
  return parsePage(readFileSync(place(name), 'utf8'));
}

/** The texts of the rows of a table. */
function rowsOf(page: readonly ParsedElement[], title: string): string[][] {
  const heading = page.find(({ name, text }) => name === 'h2' && text.startsWith(`${title} `));
  const table = page.find(
    ({ name, attributes }) => name === 'table' && attributes['aria-labelledby'] === heading?.attributes['id'],
  );
  const rows = (table?.children ?? []).filter(({ name }) => name === 'tr').slice(1);
  return rows.map(({ children }) => children.filter(({ name }) => name === 'td').map(({ text }) => text));
}

describe('the page of a build', () => {
  it('names the image, its layers, its components, and its files', async () => {
    const summary = await build({ htmlPath: place('page.html') });
    const page = readPage('page.html');
    expect(page.find(({ name }) => name === 'h1')?.text).toBe('localhost/app:1');
    expect(page.map(({ text }) => text)).toContain(summary.manifestDigest);
    const layers = rowsOf(page, 'Layers');
    expect(layers.map((row) => row[1])).toEqual(
      summary.layers.map(({ componentNames }) => componentNames.join(', ')),
    );
    expect(layers.map((row) => row.at(-1))).toEqual(
      summary.layers.map(({ blob }) => blob.digest.slice(0, 19)),
    );
    expect(rowsOf(page, 'Components').map(([name]) => name)).toEqual([
      'bigfiles/srv/model.bin',
      'node/large',
      'node/small',
      'layah/unclaimed',
    ]);
    const [largest, second] = rowsOf(page, 'Largest files');
    expect(largest).toEqual(['/srv/model.bin', 'bigfiles/srv/model.bin', largest?.[2], '2.0 MiB']);
    expect(second?.slice(0, 2)).toEqual([String.raw`/srv/node_modules/large/<b>&"\x0a.js`, 'node/large']);
  });

  it('has the bytes of all content on its map, in both shapes', async () => {
    const { contentBytes } = await build({ htmlPath: place('page.html') });
    const maps = readPage('page.html').filter(({ attributes }) => attributes['class']?.startsWith('map '));
    expect(
      maps.map(({ children }) =>
        children.reduce((sum, { attributes }) => sum + Number(attributes['data-bytes'] ?? 0), 0),
      ),
    ).toEqual([contentBytes, contentBytes]);
  });

  it('is the same for the same input, and does not change the image', async () => {
    const first = await build({ htmlPath: place('one.html') });
    const image = readFileSync(place('app.ociarchive'));
    await build({ htmlPath: place('two.html') });
    expect(readFileSync(place('two.html'))).toEqual(readFileSync(place('one.html')));
    expect(await build({ htmlPath: undefined })).toEqual(first);
    expect(readFileSync(place('app.ociarchive')).equals(image)).toBe(true);
  });

  it('fails before any work where it cannot be written', async () => {
    const path = place('missing/page.html');
    await expect(build({ htmlPath: path })).rejects.toMatchObject({
      code: 'write-failed',
      message: `writing the page to ${path}`,
      hint: 'Create the directory first.',
    });
    await expect(build({ htmlPath: directory })).rejects.toMatchObject({
      message: `the output ${directory} is a directory`,
      hint: 'Name a file in it.',
    });
    expect(readdirSync(directory)).toEqual(['rootfs']);
  });

  it('leaves what was there when the build fails', async () => {
    writeFileSync(place('page.html'), 'the last one');
    const prune = DEFAULTS.prune.concat(
      { path: rootfsPath('srv'), keepDirectory: false },
      { path: rootfsPath('etc'), keepDirectory: false },
    );
    await expect(build({ htmlPath: place('page.html'), prune })).rejects.toThrow('nothing is left');
    expect(readFileSync(place('page.html'), 'utf8')).toBe('the last one');
    expect(readdirSync(directory).toSorted()).toEqual(['page.html', 'rootfs']);
  });

  it('keeps the image from appearing when there is no room for it', async () => {
    await expect(build({ htmlPath: '/dev/full' })).rejects.toMatchObject({
      message: 'writing the page to /dev/full',
    });
    expect(existsSync(place('app.ociarchive'))).toBe(false);
  });
});

describe('the page of a plan', () => {
  it('has what is known before anything is compressed', async () => {
    const options = { ...DEFAULTS, rootfs, htmlPath: place('plan.html') };
    const { layers } = await runPlan(options, context());
    const page = readPage('plan.html');
    expect(page.find(({ name }) => name === 'h1')?.text).toBe('rootfs');
    expect(rowsOf(page, 'Layers').map((row) => row.length)).toEqual(layers.map(() => 6));
  });
});
