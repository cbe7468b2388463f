import { describe, expect, it } from 'vitest';
import {
  parseFromImageOptions,
  parseFromPathsOptions,
  parseRecordPushOptions,
  parseRecordRunOptions,
  type RawRecordRunFlags,
} from '../../../src/config/record-options.ts';
import { parseRecordSource, type RecordFlags } from '../../../src/config/record-source.ts';
import { errorText, testMachine } from './test-machine.ts';

const FILES: Readonly<Record<string, string>> = {
  'list.txt': '# hot\n/usr/bin/bash\n\n  etc/app/**  \n',
  'plain.txt': '/usr/bin/bash\n',
  'empty.txt': '# nothing\n',
  'app.record': '{"path":"usr/bin/bash"}\n',
  'bad.record': '{"path":"usr/bin/bash"}\n{}\n',
};

const machine = testMachine({
  readTextFile: (path) => FILES[path] ?? testMachine().readTextFile(path),
  readStdinText: () => '/from/stdin\n',
});

describe('record from-paths', () => {
  const parse = (list: string, rootfs?: string, output?: string) =>
    parseFromPathsOptions({ list, rootfs, output }, machine);

  it('reads a list with comments', () => {
    expect(parse('list.txt', '/rootfs', 'a.record')).toEqual({
      patterns: [
        { lineNumber: 2, text: '/usr/bin/bash' },
        { lineNumber: 4, text: 'etc/app/**' },
      ],
      origin: 'the list list.txt',
      rootfs: '/rootfs',
      output: { kind: 'file', path: 'a.record' },
    });
  });

  it('reads standard input, and writes standard output', () => {
    expect(parse('-')).toMatchObject({
      patterns: [{ lineNumber: 1, text: '/from/stdin' }],
      origin: 'standard input',
      output: { kind: 'stdout' },
    });
  });

  it('says what it cannot use', () => {
    expect(errorText(() => parse('list.txt'))).toBe(
      'usage: line 4 of the list list.txt: etc/app/** has wildcards, which need a tree to be looked up in' +
        ' | Name the root filesystem with --rootfs DIR.',
    );
    expect(errorText(() => parse('empty.txt'))).toBe(
      'usage: the list empty.txt has no path | Write one path or glob a line.',
    );
    expect(errorText(() => parse('gone.txt'))).toBe(
      'read-failed: reading the list gone.txt | Name a readable file, or - for standard input.',
    );
    expect(errorText(() => parse('plain.txt', undefined, ''))).toBe('usage: --output: the path is empty');
  });
});

describe('record run', () => {
  const parse = (changes: Partial<RawRecordRunFlags>) =>
    parseRecordRunOptions({
      rootfs: undefined,
      image: undefined,
      podmanArgument: [],
      stopAfter: undefined,
      output: undefined,
      command: [],
      ...changes,
    });

  it('runs a command in a root filesystem or in a container', () => {
    expect(parse({ rootfs: 'r', command: ['true'], stopAfter: '5' })).toEqual({
      target: { kind: 'rootfs', rootfs: 'r' },
      command: ['true'],
      stopAfterSeconds: 5,
      output: { kind: 'stdout' },
    });
    expect(parse({ image: 'localhost/app', podmanArgument: ['-e', 'A=1'] })).toMatchObject({
      target: { kind: 'podman', image: 'localhost/app', podmanArguments: ['-e', 'A=1'] },
      command: [],
      stopAfterSeconds: undefined,
    });
  });

  it.each([
    [
      {},
      'usage: record run needs either --rootfs DIR or --image NAME' +
        ' | DIR is a root filesystem on this machine, NAME an image that podman has.',
    ],
    [
      { rootfs: 'r', image: 'i' },
      'usage: record run needs either --rootfs DIR or --image NAME' +
        ' | DIR is a root filesystem on this machine, NAME an image that podman has.',
    ],
    [
      { rootfs: 'r' },
      'usage: record run --rootfs needs a command to run in it' +
        ' | Write it after two dashes: layah record run --rootfs DIR -- /bin/sh -c true',
    ],
    [
      { rootfs: 'r', podmanArgument: ['-e'] },
      'usage: --podman-arg means something only together with --image',
    ],
    [{ image: 'i', stopAfter: '0' }, 'usage: --stop-after: "0" is not a whole number from 1 to 604800'],
  ])('refuses %j', (changes, message) => {
    expect(errorText(() => parse(changes))).toBe(message);
  });
});

it('record from-image and pull take an image and its name', () => {
  const flags = { image: 'oci:out', tag: 'a', output: undefined, tlsVerify: undefined, authFile: undefined };
  expect(parseFromImageOptions(flags, machine)).toEqual({
    image: { location: { kind: 'oci-directory', path: 'out' }, tag: 'a' },
    output: { kind: 'stdout' },
  });
});

it('record push reads the record before anything is written', () => {
  const flags = { output: 'oci:out', force: false, tag: 'a:1', tlsVerify: undefined, authFile: undefined };
  expect(parseRecordPushOptions({ ...flags, record: 'app.record' }, machine)).toEqual({
    files: [{ path: 'usr/bin/bash' }],
    output: { kind: 'oci-directory', path: 'out', replace: false },
    tag: 'a:1',
    platform: { os: 'linux', architecture: 'amd64' },
  });
  expect(errorText(() => parseRecordPushOptions({ ...flags, record: 'bad.record' }, machine))).toMatch(
    /^bad-record: line 2 of the record bad\.record: it has no "path"/,
  );
});

describe('what build and convert prefetch', () => {
  const parse = (flags: Partial<RecordFlags>) =>
    parseRecordSource(
      {
        record: undefined,
        recordImage: undefined,
        recordCopy: undefined,
        tlsVerify: undefined,
        authFile: undefined,
        ...flags,
      },
      machine,
    );

  it('comes from a file, a record image or an eStargz image', () => {
    expect(parse({})).toBeUndefined();
    expect(parse({ record: 'app.record' })).toEqual({
      kind: 'files',
      files: [{ path: 'usr/bin/bash' }],
      origin: 'the record app.record',
    });
    expect(parse({ recordImage: 'oci:r', tlsVerify: 'false' })).toEqual({
      kind: 'record-image',
      image: { location: { kind: 'oci-directory', path: 'r' }, tag: undefined },
      origin: 'oci:r',
    });
    expect(parse({ recordCopy: 'docker://r.example/a:1', tlsVerify: 'false' })).toMatchObject({
      kind: 'copy',
      image: { location: { kind: 'registry', access: { tlsVerify: false } } },
    });
  });

  it('comes from one of them only', () => {
    expect(errorText(() => parse({ record: 'app.record', recordCopy: 'a' }))).toBe(
      'usage: --record and --record-copy cannot be given together',
    );
  });
});
