import { describe, expect, it } from 'vitest';
import { parseComponentFlags } from '../../../src/config/component-flags.ts';
import { SOURCE_NAMES } from '../../../src/model/component.ts';
import { buildFlags, errorText, testMachine } from './test-machine.ts';

function parse(changes: Parameters<typeof buildFlags>[0], machine = testMachine()) {
  return parseComponentFlags(buildFlags(changes), machine);
}

describe('--source', () => {
  it('turns sources off, and on again: the last word counts', () => {
    expect(parse({ source: ['rpm=off', 'node=off', 'gem=on'] }).enabledSources).toEqual(
      SOURCE_NAMES.filter((name) => name !== 'rpm' && name !== 'node'),
    );
    expect(parse({ source: ['rpm=off', 'rpm=on'] }).enabledSources).toEqual(SOURCE_NAMES);
    expect(parse({ source: SOURCE_NAMES.map((name) => `${name}=off`) }).enabledSources).toEqual([]);
  });

  it.each(['rpm', 'rpm=', 'rpm=no', 'rpm=off ', '=', 'rpm=off=on', ''])('refuses %j', (setting) => {
    expect(errorText(() => parse({ source: [setting] }))).toBe(
      `usage: --source: ${JSON.stringify(setting)} is not NAME=off or NAME=on`,
    );
  });

  it.each(['RPM', 'map', 'unclaimed', 'constructor', ''])('names the sources when there is no %j', (name) => {
    expect(errorText(() => parse({ source: [`${name}=off`] }))).toBe(
      `usage: --source: ${JSON.stringify(name)} is none of xattr, rpm, dpkg, apk, alpm, python, node, gem, volatile, bigfiles`,
    );
  });
});

describe('--exclusive', () => {
  it('takes names as they are typed, but none that is empty', () => {
    expect(parse({ exclusive: ['dpkg/a', 'b'] }).exclusiveComponents).toEqual(['dpkg/a', 'b']);
    expect(errorText(() => parse({ exclusive: ['a', ''] }))).toBe(
      'usage: --exclusive: the name of the component is empty',
    );
  });
});

describe('--components', () => {
  it('reads the file', () => {
    const machine = testMachine({ readTextFile: (path) => `- {path: /${path}, component: x}\n` });
    expect(parse({ components: 'a' }, machine).componentMap).toEqual({
      origin: 'component map a',
      rules: [{ lineNumber: 1, pattern: '/a', componentName: 'x' }],
      components: [{ name: 'x', updateIntervalDays: undefined, exclusive: false }],
    });
  });

  it('says which file it cannot read', () => {
    expect(errorText(() => parse({ components: 'none.json' }))).toBe(
      'read-failed: reading component map none.json | Name a readable file of JSON or YAML; the README says what it holds.',
    );
  });

  it('comes after the flags: a mistyped one is told first', () => {
    expect(errorText(() => parse({ components: 'none.json', source: ['x'] }))).toContain('--source');
  });
});
