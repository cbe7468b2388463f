import { describe, expect, it } from 'vitest';
import { rawBuildFlags } from '../../../src/cli/commands/build.ts';
import { rawPlanFlags } from '../../../src/cli/commands/plan.ts';
import { rawVerifyFlags } from '../../../src/cli/commands/verify.ts';
import type { FlagValues } from '../../../src/cli/flag-values.ts';
import { guessErrorSettings, parseLogSettings } from '../../../src/cli/log-settings.ts';
import { findInvocation, type Invocation } from '../../../src/cli/invocation.ts';
import { parseFlags } from '../../../src/cli/parser.ts';
import { errorText } from '../config/test-machine.ts';

/** As main.ts does it. */
function parseArguments(argv: readonly string[]): Invocation & { readonly values?: FlagValues } {
  const invocation = findInvocation(argv);
  if (invocation.kind !== 'run') return invocation;
  return { ...invocation, values: parseFlags(argv, invocation.command) };
}

function valuesOf(...argv: string[]): FlagValues {
  const invocation = parseArguments(argv);
  if (invocation.values === undefined) throw new Error(invocation.kind);
  return invocation.values;
}

const error = (...argv: string[]): string => errorText(() => parseArguments(argv));

describe('parseArguments', () => {
  it('takes every flag of build', () => {
    const argv = (
      '--rootfs r -o - --force -t localhost/a:1 --config - --config-str {} ' +
      '--label a=1 --label - --label=-x=2 --annotation b- --max-layers 0100 ' +
      '--max-layer-size 1G --target docker --previous oci:p --rebalance --plan-epoch 2026-01-31 ' +
      '--compression gzip --compressed --compression-level 9 --chunk-size 1MiB ' +
      '--record r.json --record-image oci:r --record-copy a.ociarchive ' +
      '--min-chunk-size 50000 --external-toc ' +
      '--components map.json --exclusive dpkg/a --exclusive b --source rpm=off --source=node=on ' +
      '--tls-verify=false --authfile auth.json --prune /a --prune b/ --skip-special-files --arch arm --threads 2 --source-date-epoch 5'
    ).split(' ');
    expect(rawBuildFlags(valuesOf('build', ...argv))).toEqual({
      rootfs: 'r',
      output: '-',
      force: true,
      tlsVerify: 'false',
      authFile: 'auth.json',
      tag: 'localhost/a:1',
      config: '-',
      configStr: '{}',
      label: ['a=1', '-', '-x=2'],
      annotation: ['b-'],
      maxLayers: '0100',
      maxLayerSize: '1G',
      target: 'docker',
      previous: 'oci:p',
      rebalance: true,
      planEpoch: '2026-01-31',
      compression: 'gzip',
      compressed: true,
      compressionLevel: '9',
      chunkSize: '1MiB',
      minChunkSize: '50000',
      externalToc: true,
      prune: ['/a', 'b/'],
      skipSpecialFiles: true,
      components: 'map.json',
      exclusive: ['dpkg/a', 'b'],
      source: ['rpm=off', 'node=on'],
      arch: 'arm',
      threads: '2',
      sourceDateEpoch: '5',
      record: 'r.json',
      recordImage: 'oci:r',
      recordCopy: 'a.ociarchive',
    });
  });

  it('takes no flags at all', () => {
    const raw = rawBuildFlags(valuesOf('build'));
    expect(raw).toMatchObject({
      label: [],
      annotation: [],
      prune: [],
      exclusive: [],
      source: [],
      force: false,
      rebalance: false,
    });
    expect(raw.rootfs).toBeUndefined();
    expect(raw.output).toBeUndefined();
  });

  it('takes for a plan the flags of build that matter', () => {
    const argv =
      '--rootfs r --config - --max-layers 5 --max-layer-size 1G --target docker --previous p --exclusive a --tls-verify false';
    const values = valuesOf('plan', '--json', ...argv.split(' '));
    expect(rawPlanFlags(values)).toEqual(
      rawPlanFlags(valuesOf('build', '--dry-run', '--json', ...argv.split(' '))),
    );
    expect(rawPlanFlags(values)).toMatchObject({ rootfs: 'r', previous: 'p', maxLayers: '5', label: [] });
  });

  it('takes every flag of verify, and an image that looks like a number', () => {
    const argv = [
      'verify',
      '--rootfs',
      'r',
      '007',
      '-t',
      'x',
      '--prune',
      'a',
      '--skip-special-files',
      '--max-inflated',
      '1G',
      '--max-entries',
      '5',
      '--json',
      '--tls-verify',
      'false',
      '--authfile=auth.json',
    ];
    expect(rawVerifyFlags(valuesOf(...argv))).toEqual({
      image: '007',
      rootfs: 'r',
      tag: 'x',
      prune: ['a'],
      skipSpecialFiles: true,
      maxInflated: '1G',
      maxEntries: '5',
      tlsVerify: 'false',
      authFile: 'auth.json',
    });
    expect(errorText(() => rawVerifyFlags(valuesOf('verify')))).toBe('usage: no IMAGE given');
  });

  it('takes values next to their short options, and what begins with a dash behind two', () => {
    expect(valuesOf('build', '-qofile')).toMatchObject({ quiet: true, output: 'file' });
    expect(valuesOf('build', '-o=file')).toMatchObject({ output: 'file' });
    expect(valuesOf('build', '--output==file', '--tag=')).toMatchObject({ output: '=file', tag: '' });
    expect(valuesOf('verify', '--json', '--', '--json')).toMatchObject({ image: '--json', json: true });
  });

  it('asks for help or the version', () => {
    expect(parseArguments(['--help'])).toEqual({ kind: 'help', command: undefined });
    expect(parseArguments(['build', '--rootfs', '-h'])).toMatchObject({
      kind: 'help',
      command: { name: 'build' },
    });
    expect(parseArguments(['--version'])).toEqual({ kind: 'version' });
    expect(parseArguments([])).toEqual({ kind: 'no-command' });
  });

  it('takes any number of what a command takes a list of', () => {
    const images = (...argv: string[]) => valuesOf('chunk', 'stats', '--store', 's', ...argv)['images'];
    expect(images()).toEqual([]);
    expect(images('a', '--json', 'b', 'c')).toEqual(['a', 'b', 'c']);
  });

  it('takes commands of two words, and what the user runs behind two dashes', () => {
    const values = valuesOf(
      'record',
      'run',
      '--image',
      'a',
      '-o',
      'r',
      '--',
      'sh',
      '-c',
      '--help',
      '--',
      'x',
    );
    expect(values).toMatchObject({ image: 'a', output: 'r', '--': ['sh', '-c', '--help', '--', 'x'] });
    expect(valuesOf('record', 'run', '--image', 'a')['--']).toEqual([]);
    expect(valuesOf('record', 'from-paths', '-')).toMatchObject({ list: '-' });
  });

  it('says which word is missing or wrong', () => {
    const hint =
      'Begin with one of record from-paths, record from-image, record run, record push, record pull; layah --help says more.';
    expect(error('record')).toBe(`usage: record alone says too little | ${hint}`);
    expect(error('record', 'play')).toBe(`usage: unknown command "record play" | ${hint}`);
  });

  it('refuses commands and arguments that are not there', () => {
    expect(error('frob')).toBe(
      'usage: unknown command "frob" | Begin with one of build, convert, plan, inspect, diff, explain, verify, record, chunk; layah --help says more.',
    );
    expect(error('--rootfs', 'x', 'build')).toContain('--rootfs stands where the command is expected');
    expect(error('build', 'x')).toBe('usage: unexpected argument "x"');
    expect(error('build', '--', 'x')).toBe('usage: unexpected argument "x"');
    expect(error('verify', 'a', 'b')).toBe('usage: unexpected argument "b"');
    expect(error('constructor')).toContain('unknown command "constructor"');
  });

  it('refuses options that are not there, and knows the one that was meant', () => {
    expect(error('build', '--nope=1')).toBe('usage: unknown option --nope');
    expect(error('build', '--constructor')).toBe('usage: unknown option --constructor');
    expect(error('build', '--rotfs', 'x')).toBe('usage: unknown option --rotfs | Did you mean --rootfs?');
    expect(error('build', '--max', '3')).toBe('usage: unknown option --max | Did you mean --max-layers?');
    expect(error('build', '--no-force')).toBe('usage: unknown option --no-force');
    expect(error('build', '-z')).toBe('usage: unknown option -z');
    expect(error('plan', '--output', 'x')).toBe('usage: unknown option --output');
  });

  it('refuses a value too few or too many', () => {
    expect(error('build', '--label')).toBe(
      'usage: --label needs a value | A value that begins with a dash is written --label=VALUE.',
    );
    expect(error('build', '-o', '--force')).toContain('usage: --output needs a value');
    expect(error('build', '--force=yes')).toBe('usage: --force takes no value');
    expect(errorText(() => rawBuildFlags(valuesOf('build', '--arch', 'a', '--arch', 'b')))).toBe(
      'usage: --arch was given 2 times',
    );
  });
});

describe('parseLogSettings', () => {
  it('counts -v and has defaults', () => {
    expect(parseLogSettings(valuesOf('build'))).toEqual({
      verbosity: 0,
      quiet: false,
      format: 'text',
      progress: 'auto',
    });
    expect(parseLogSettings(valuesOf('build', '-vv', '--verbose')).verbosity).toBe(3);
    expect(parseLogSettings(valuesOf('build', '-q', '--progress', 'none', '--log-format=json'))).toEqual({
      verbosity: 0,
      quiet: true,
      format: 'json',
      progress: 'none',
    });
  });

  it('refuses what it does not know', () => {
    expect(errorText(() => parseLogSettings(valuesOf('build', '--progress', 'bar')))).toBe(
      'usage: --progress: "bar" is none of auto, plain, none',
    );
    expect(errorText(() => parseLogSettings(valuesOf('build', '-q', '-v')))).toBe(
      'usage: --quiet and --verbose cannot be given together',
    );
  });
});

describe('guessErrorSettings', () => {
  it('sees what errors should look like in arguments that may be wrong', () => {
    expect(guessErrorSettings(['build', '--nope', '--log-format', 'json', '-vv'])).toEqual({
      json: true,
      stacks: true,
    });
    expect(guessErrorSettings(['build', '--log-format=json', '-v'])).toEqual({ json: true, stacks: false });
    expect(guessErrorSettings(['build', '-v', '--verbose', '--log-format', 'text'])).toEqual({
      json: false,
      stacks: true,
    });
  });
});
