import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawBuildFlags } from '../../src/config/build-options.ts';
import { parseBuildOptions } from '../../src/config/build-options.ts';
import { LayahError } from '../../src/model/errors.ts';
import type { NamedImage, RecordOutput } from '../../src/model/record-options.ts';
import { rootfsPath } from '../../src/model/rootfs-path.ts';
import { runBuild } from '../../src/pipeline/build.ts';
import { runRecordFromPaths } from '../../src/pipeline/record-from-paths.ts';
import { runRecordFromImage, runRecordPull, runRecordPush } from '../../src/pipeline/record-image.ts';
import { runVerify } from '../../src/pipeline/verify.ts';
import { createCollectingReporter } from '../unit/components/collecting-reporter.ts';
import { buildFlags, testMachine } from '../unit/config/test-machine.ts';

const PLATFORM = { os: 'linux', architecture: 'amd64' };

let directory: string;
let rootfs: string;
const at = (name: string): string => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-record-'));
  rootfs = at('rootfs');
  mkdirSync(join(rootfs, 'usr/bin'), { recursive: true });
  symlinkSync('usr/bin', join(rootfs, 'bin'));
  for (const name of ['a', 'b', 'c', 'empty']) {
    writeFileSync(join(rootfs, 'usr/bin', name), name === 'empty' ? '' : `content of ${name}`);
  }
  writeFileSync(join(rootfs, 'config'), 'config');
});
afterAll(() => rmSync(directory, { recursive: true }));

function context() {
  const reporter = createCollectingReporter();
  return { reporter, signal: new AbortController().signal, stdout: process.stdout };
}

async function build(name: string, flags: Partial<RawBuildFlags>): Promise<string[]> {
  const machine = testMachine({ readTextFile: (path) => readFileSync(path, 'utf8') });
  const raw = buildFlags({ rootfs, output: `oci:${at(name)}`, threads: '1', sourceDateEpoch: '5', ...flags });
  const run = context();
  await runBuild(parseBuildOptions(raw, machine), run);
  expect((await runVerify(verifyOptions(name), run)).findings).toEqual([]);
  return run.reporter.warnings;
}

const verifyOptions = (name: string) => ({
  image: { kind: 'oci-directory' as const, path: at(name) },
  tag: undefined,
  rootfs,
  prune: [],
  skipSpecialFiles: false,
});

const imageAt = (name: string): NamedImage => ({
  location: { kind: 'oci-directory', path: at(name) },
  tag: undefined,
});
const fileAt = (name: string): RecordOutput => ({ kind: 'file', path: at(name) });

function recordedPaths(name: string): string[] {
  const lines = readFileSync(at(name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).path);
}

async function pathsPrefetchedBy(name: string): Promise<string[]> {
  await runRecordFromImage({ image: imageAt(name), output: fileAt(`${name}.copy`) }, context());
  return recordedPaths(`${name}.copy`);
}

describe('build --record', () => {
  it('puts the files first, in the order of the record, and says which are not there', async () => {
    writeFileSync(
      at('app.record'),
      '{"path":"/bin/c","layerIndex":7}\n{"path":"gone"}\n{"path":"usr/bin"}\n{"path":"usr/bin/a"}\n',
    );
    const warnings = await build('recorded', { record: at('app.record') });
    expect(warnings).toEqual([
      `1 of the 4 files in the record ${at('app.record')} are not in the image and cannot be prefetched: /gone`,
    ]);
    expect(await pathsPrefetchedBy('recorded')).toEqual(['usr/bin/c', 'usr/bin/a']);
  });

  it('takes what another image prefetches', async () => {
    await build('copied', { recordCopy: `oci:${at('recorded')}` });
    expect(await pathsPrefetchedBy('copied')).toEqual(['usr/bin/c', 'usr/bin/a']);
  });

  it('takes a record out of a record image', async () => {
    const files = [{ path: rootfsPath('usr/bin/b'), layerIndex: 0 }];
    const output = { kind: 'oci-directory', path: at('record-image'), replace: false } as const;
    await runRecordPush({ files, output, tag: 'localhost/record:1', platform: PLATFORM }, context());
    await runRecordPull({ image: imageAt('record-image'), output: fileAt('pulled.record') }, context());
    expect(readFileSync(at('pulled.record'), 'utf8')).toBe('{"path":"usr/bin/b","layerIndex":0}\n');
    await build('from-record-image', { recordImage: `oci:${at('record-image')}` });
    expect(await pathsPrefetchedBy('from-record-image')).toEqual(['usr/bin/b']);
    const run = context();
    expect((await runVerify({ ...verifyOptions('record-image'), rootfs: undefined }, run)).findings).toEqual(
      [],
    );
  });

  it('changes nothing when nothing of the record is there', async () => {
    writeFileSync(at('other.record'), '{"path":"gone"}\n');
    await build('unrecorded', { record: at('other.record') });
    await build('plain', {});
    expect(readFileSync(join(at('unrecorded'), 'index.json'), 'utf8')).toBe(
      readFileSync(join(at('plain'), 'index.json'), 'utf8'),
    );
  });
});

describe('record from-paths', () => {
  const list = (texts: readonly string[], root: string | undefined) => ({
    patterns: texts.map((text, index) => ({ lineNumber: index + 1, text })),
    origin: 'the list l',
    rootfs: root,
    output: fileAt('listed.record'),
  });

  it('looks paths and globs up in a tree, and warns of what names no file', async () => {
    const run = context();
    await runRecordFromPaths(list(['/config', '/bin/b', 'usr/bin/*', 'nothing*'], rootfs), run);
    expect(recordedPaths('listed.record')).toEqual([
      'config',
      'usr/bin/b',
      'usr/bin/a',
      'usr/bin/c',
      'usr/bin/empty',
    ]);
    expect(run.reporter.warnings).toEqual([
      'line 4 of the list l: no file of the root filesystem is called "nothing*"',
    ]);
  });

  it('takes paths as they are without a tree', async () => {
    await runRecordFromPaths(list(['/bin/b', 'gone'], undefined), context());
    expect(recordedPaths('listed.record')).toEqual(['bin/b', 'gone']);
  });
});

describe('what is no record', () => {
  const error = async (work: Promise<unknown>): Promise<string> => {
    const thrown: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return thrown instanceof LayahError ? `${thrown.code}: ${thrown.message}` : String(thrown);
  };

  it('is an image without a prefetch landmark', async () => {
    const output = fileAt('none.record');
    expect(await error(runRecordFromImage({ image: imageAt('plain'), output }, context()))).toBe(
      `bad-record: no layer of ${at('plain')} says what to prefetch: none has the entry .prefetch.landmark`,
    );
  });

  it('is an image with other layers', async () => {
    const output = fileAt('none.record');
    expect(await error(runRecordPull({ image: imageAt('plain'), output }, context()))).toMatch(
      /^bad-record: .* is no image of a record: its layer has no entry stargz\.record\.json$/,
    );
  });

  it('is a list that names nothing', async () => {
    const options = {
      patterns: [{ lineNumber: 1, text: 'nothing*' }],
      origin: 'the list l',
      rootfs,
      output: fileAt('none.record'),
    };
    expect(await error(runRecordFromPaths(options, context()))).toBe(
      'bad-record: the record would be empty: there is nothing to prefetch',
    );
  });
});
