import { describe, expect, it } from 'vitest';
import { readImageConfig } from '../../../src/config/image-config-source.ts';
import { errorText, testMachine } from './test-machine.ts';

const none = { config: undefined, configStr: undefined };
const user = (name: string): string => JSON.stringify({ User: name });

describe('readImageConfig', () => {
  it('prefers flags to the environment and our variable to the one of chunkah', () => {
    const environment = { LAYAH_CONFIG_STR: user('layah'), CHUNKAH_CONFIG_STR: user('chunkah') };
    const machine = testMachine({
      environment,
      readTextFile: (path) => user(`file ${path}`),
      readStdinText: () => user('stdin'),
    });
    const userOf = (flags: { config?: string; configStr?: string }, on = machine): unknown =>
      readImageConfig({ ...none, ...flags }, on).runtimeConfig?.['User'];
    expect(userOf({ config: 'c.json' })).toBe('file c.json');
    expect(userOf({ config: '-' })).toBe('stdin');
    expect(userOf({ configStr: user('text') })).toBe('text');
    expect(userOf({})).toBe('layah');
    expect(userOf({}, testMachine({ environment: { ...environment, LAYAH_CONFIG_STR: '' } }))).toBe(
      'chunkah',
    );
    expect(userOf({}, testMachine())).toBeUndefined();
  });

  it('names the source of broken JSON', () => {
    const broken = testMachine({
      environment: { CHUNKAH_CONFIG_STR: '{' },
      readTextFile: () => '{',
      readStdinText: () => '{',
    });
    const error = (config?: string, configStr?: string): string =>
      errorText(() => readImageConfig({ config, configStr }, broken));
    expect(error('a/b.json')).toMatch(
      /^bad-config: config file a\/b.json is not valid JSON: line 1, column 2/,
    );
    expect(error('-')).toMatch(/^bad-config: standard input \(--config -\) is not valid JSON/);
    expect(error(undefined, '{')).toMatch(/^bad-config: the value of --config-str is not valid JSON/);
    expect(error()).toMatch(/^bad-config: environment variable CHUNKAH_CONFIG_STR is not valid JSON/);
  });

  it('refuses two configs', () => {
    expect(errorText(() => readImageConfig({ config: 'a', configStr: '{}' }, testMachine()))).toBe(
      'usage: --config and --config-str cannot be given together',
    );
  });

  it('says which file cannot be read, and why', () => {
    const read = (): unknown => readImageConfig({ ...none, config: 'nope.json' }, testMachine());
    expect(errorText(read)).toBe(
      'read-failed: reading config file nope.json | Name a readable file, or use --config - to read standard input.',
    );
    expect(read).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: 'ENOENT' }) }));
  });
});
