import { describe, expect, it } from 'vitest';
import { MAX_JSON_DEPTH } from '../../../src/config/json-syntax.ts';
import { parseJsonText } from '../../../src/config/json-text.ts';
import { errorText } from './test-machine.ts';

const HINT = ' | Pass the output of "podman inspect IMAGE" or "docker inspect IMAGE" as it is.';

function error(text: string): string {
  return errorText(() => parseJsonText(text, 'config file c.json'));
}

describe('parseJsonText', () => {
  it('parses JSON, also behind a byte order mark', () => {
    expect(parseJsonText('\ufeff {"a": [1, null]} \n', 'x')).toEqual({ a: [1, null] });
  });

  it('quotes the offending line and points at the place', () => {
    expect(error('{\n  "Env": [\n    "A=b"\n    "C=d"\n  ]\n}\n')).toBe(
      'bad-config: config file c.json is not valid JSON: line 4, column 5: expected "," or "]"\n' +
        '      "C=d"\n' +
        `      ^${HINT}`,
    );
  });

  it('cuts a long line around the place', () => {
    const text = `{"a": "${'x'.repeat(100)}" "b": "${'y'.repeat(100)}"}`;
    expect(error(text)).toBe(
      'bad-config: config file c.json is not valid JSON: line 1, column 110: expected "," or "}"\n' +
        `  ...${'x'.repeat(38)}" "b": "${'y'.repeat(34)}...\n` +
        `  ${' '.repeat(43)}^${HINT}`,
    );
  });

  it('keeps the caret in place behind tabs and wide characters', () => {
    expect(error('\t"é😀" x')).toContain(
      'line 1, column 7: more text after the end of the value\n   "é😀" x\n        ^',
    );
  });

  it('points behind the last character when the text ends too early', () => {
    expect(error('{"a": [1,\n 2\n\n')).toContain('line 2, column 3: the text ends too early\n   2\n    ^');
  });

  it('names every kind of mistake', () => {
    const problems: [string, string][] = [
      ["{'a': 1}", 'line 1, column 2: expected a member name in double quotes'],
      ['{"a" 1}', 'line 1, column 6: expected ":" after the member name'],
      ['{"a": }', 'line 1, column 7: expected a value'],
      ['[1,]', 'line 1, column 4: a value is missing between "," and "]"'],
      ['{"a":1,}', 'line 1, column 8: a value is missing between "," and "}"'],
      ['[01]', 'line 1, column 2: expected a value'],
      ['nope', 'line 1, column 1: expected a value'],
      ['"a\nb"', 'line 1, column 3: a line break or control character inside a string'],
      ['"a\\x"', 'line 1, column 3: an unknown escape after the backslash'],
      ['"a', 'line 1, column 3: the text ends inside a string'],
      ['{} {}', 'line 1, column 4: more text after the end of the value'],
      ['NaN', 'line 1, column 1: expected a value'],
    ];
    for (const [text, problem] of problems) expect(error(text)).toContain(`not valid JSON: ${problem}\n`);
  });

  it('says that there is nothing', () => {
    expect(error(' \n')).toBe(
      'bad-config: config file c.json is empty | Look at what the program that should have written it printed.',
    );
  });

  it('refuses to nest deeper than any config does', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJsonText(nested(MAX_JSON_DEPTH), 'x')).toBeInstanceOf(Array);
    expect(error(nested(MAX_JSON_DEPTH + 1))).toContain('column 101: nested deeper than 100 levels');
    expect(error('['.repeat(1_000_000))).toContain('nested deeper than 100 levels');
  });

  it('takes long strings and large texts', () => {
    const text = JSON.stringify({ Labels: { long: 'x'.repeat(20_000_000) } });
    expect(JSON.stringify(parseJsonText(text, 'x'))).toBe(text);
  });
});
