import { describe, expect, it } from 'vitest';
import { parseComponentMap } from '../../../src/config/component-map.ts';
import { errorText } from './test-machine.ts';

const ORIGIN = 'component map m';
const parse = (text: string) => parseComponentMap(text, ORIGIN);

/** The message without the code and the hint. */
function problem(text: string): string {
  return errorText(() => parse(text)).replace(/^bad-config: (.*?)(?: \| .*)?$/s, '$1');
}

const APP_AND_DATA = {
  origin: ORIGIN,
  rules: [
    { lineNumber: 2, pattern: '/opt/app/**', componentName: 'app' },
    { lineNumber: 3, pattern: '/srv/data', componentName: 'data' },
  ],
  components: [
    { name: 'app', updateIntervalDays: 7, exclusive: true },
    { name: 'data', updateIntervalDays: 30, exclusive: false },
  ],
};

describe('parseComponentMap', () => {
  it.each([
    [
      'a JSON array',
      `[
        {"path": "/opt/app/**", "component": "app", "interval": "weekly", "exclusive": true},
        {"path": "/srv/data", "component": "data", "interval": 30}
      ]`,
    ],
    [
      'JSON objects, one a line',
      '\n{"path": "/opt/app/**", "component": "app", "interval": "weekly", "exclusive": true}\n' +
        '{"path": "/srv/data", "component": "data", "interval": "30"}\n\n',
    ],
    [
      'a YAML list with an item a line',
      '# what we build ourselves\n' +
        '- {path: /opt/app/**, component: app, interval: weekly, exclusive: true}\n' +
        '- {path: "/srv/data", component: data, interval: 30, exclusive: false}\n',
    ],
    [
      'tabs and a byte order mark',
      '\ufeff[\n\t{"path": "/opt/app/**", "component": "app", "interval": 7, "exclusive": true},\n' +
        '\t{"path": "/srv/data", "component": "data", "interval": "monthly"}]\r\n',
    ],
  ])('reads %s', (_, text) => {
    expect(parse(text)).toEqual(APP_AND_DATA);
  });

  it('reads a YAML list with a key a line', () => {
    const text = `---
- path: /opt/app # the application
  component: app

- path: '/srv/[ab]'
  component: "data: 1"
  interval: yearly
`;
    expect(parse(text)).toEqual({
      origin: ORIGIN,
      rules: [
        { lineNumber: 2, pattern: '/opt/app', componentName: 'app' },
        { lineNumber: 5, pattern: '/srv/[ab]', componentName: 'data: 1' },
      ],
      components: [
        { name: 'app', updateIntervalDays: undefined, exclusive: false },
        { name: 'data: 1', updateIntervalDays: 365, exclusive: false },
      ],
    });
  });

  it.each(['', '\n', '[]', '# nothing\n', '---\n'])('takes %j for a map without lines', (text) => {
    expect(parse(text)).toEqual({ origin: ORIGIN, rules: [], components: [] });
  });

  it('keeps what one line says of a component for its other lines', () => {
    const text = '- {path: /a, component: x}\n- {path: /b, component: x, interval: 7, exclusive: true}\n';
    expect(parse(`${text}- {path: /c, component: x, interval: weekly}\n`).components).toEqual([
      { name: 'x', updateIntervalDays: 7, exclusive: true },
    ]);
  });

  it.each([
    [
      '- {path: /a, component: x, exclusiv: true}',
      'line 1',
      'unknown key "exclusiv"; there are path, component, interval, exclusive',
    ],
    ['- {path: /a}', 'line 1', 'component: expected string'],
    ['- {component: x}', 'line 1', 'path: expected string'],
    ['\n\n- {path: /a, component: 1.0}', 'line 3', 'component: expected string, received number'],
    ['- {path: /a, component: x, exclusive: yes}', 'line 1', 'exclusive: expected boolean, received string'],
    ['- {path: /a, component: x, interval: [1]}', 'line 1', 'interval: expected a number or a word'],
    ['- /a', 'line 1', 'expected object, received string'],
    ['[\n{"path": "/a", "component": "x"},\n\n3]', 'line 4', 'expected object, received number'],
    [
      '{"path": "/a", "component": "x"}\n{"path": "/a", "component": null}',
      'line 2',
      'component: expected string, received null',
    ],
    ['- {path: a, component: x}', 'line 1', 'path: "a" does not begin with a slash'],
    ['- {path: "", component: x}', 'line 1', 'path: "" does not begin with a slash'],
    ['- {path: /a/../b, component: x}', 'line 1', 'path: "/a/../b" holds "." or ".."'],
    ['- {path: /./b, component: x}', 'line 1', 'path: "/./b" holds "." or ".."'],
    [
      String.raw`{"path": "/a\u0000", "component": "x"}`,
      'line 1',
      String.raw`path: "/a\u0000" holds a NUL character`,
    ],
    ['- {path: /a, component: ""}', 'line 1', 'component: it is empty'],
    ['- {path: /a, component: "a\\nb"}', 'line 1', String.raw`component: "a\nb" has control characters`],
    [
      `- {path: /a, component: ${'\u00e9'.repeat(128)}}`,
      'line 1',
      'component: it has 256 bytes, more than 255',
    ],
    [
      '- {path: /a, component: x, interval: 0}',
      'line 1',
      'interval: 0 is none of a number of days from 1 to 36500, daily, weekly, biweekly, monthly, quarterly, yearly',
    ],
    [
      '- {path: /a, component: x, interval: hourly}',
      'line 1',
      'interval: "hourly" is none of a number of days from 1 to 36500, daily, weekly, biweekly, monthly, quarterly, yearly',
    ],
    [
      '- {path: /a, component: x, interval: 1.5}',
      'line 1',
      'interval: 1.5 is none of a number of days from 1 to 36500, daily, weekly, biweekly, monthly, quarterly, yearly',
    ],
    [
      '- {path: /a, component: x, interval: 7}\n- {path: /b, component: x, interval: 8}',
      'line 2',
      'interval: 8 contradicts line 1, which says 7 of the same component',
    ],
    [
      '- {path: /a, component: x, exclusive: true}\n- {path: /b, component: x}\n- {path: /c, component: x, exclusive: false}',
      'line 3',
      'exclusive: false contradicts line 1, which says true of the same component',
    ],
    ['path: /a\ncomponent: x', 'line 1', 'it is not a list'],
    ['just text', 'line 1', 'it is not a list'],
  ])('refuses %j, naming %s', (text, line, expected) => {
    expect(problem(text)).toBe(`${line} of ${ORIGIN}: ${expected}`);
  });

  it('shows what a line looks like', () => {
    expect(errorText(() => parse('- {path: /a}'))).toContain(
      ' | A line is for example {"path": "/opt/app/**", "component": "app", "interval": "weekly", "exclusive": true}.',
    );
  });

  it('says where JSON breaks, also in the middle of lines', () => {
    expect(problem('[\n  {"path": "/a" "component": "x"}\n]')).toBe(
      `${ORIGIN} is not valid JSON: line 2, column 17: expected "," or "}"\n    {"path": "/a" "component": "x"}\n                  ^`,
    );
    const [first] = problem('{"path": "/a", "component": "x"}\n\n{path: /b}\n').split('\n');
    expect(first).toBe(
      `${ORIGIN} is not valid JSON: line 3, column 2: expected a member name in double quotes`,
    );
    expect(errorText(() => parse('{'))).toContain(
      ' | Write a JSON array, one JSON object a line, or a YAML list with "- " before each item.',
    );
  });

  it.each([
    ['- {path: /a, component: x\n', 'line 2'],
    ['- path: /a\n- path: "b\n', 'line 3'],
    ['- path: /a\n  path: /b\n', 'line 2'],
    ['- !!binary aGk=\n- !unknown x\n', 'line 2'],
    ['- a\n---\n- b\n', 'line 2'],
  ])('says where YAML breaks: %j', (text, line) => {
    expect(problem(text)).toMatch(new RegExp(`^${line} of ${ORIGIN}: it is not valid YAML: `));
  });

  it.each(['- '.repeat(50_000), `- ${'['.repeat(100_000)}`, `- ${'{a: '.repeat(50_000)}`])(
    'refuses nesting that is too deep for a parser',
    (text) => {
      expect(problem(`# deep\n${text}`)).toBe(`line 2 of ${ORIGIN}: it has more than 16384 characters`);
      expect(problem(`# deep\n${text.slice(0, 16_000)}`)).toContain('it is not valid YAML');
    },
  );

  it('does not blow up on aliases of aliases', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `- &a${level + 1} [*a${level}, *a${level}, *a${level}]`,
    );
    expect(errorText(() => parse(`- &a0 [x]\n${levels.join('\n')}\n`))).toBe(`bad-config: reading ${ORIGIN}`);
  });
});
