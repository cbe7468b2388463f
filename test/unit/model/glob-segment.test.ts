import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { compileGlobSegment, isLiteralSegment } from '../../../src/model/glob-segment.ts';
import { cpuSecondsSince } from '../cpu-seconds.ts';

describe('compileGlobSegment', () => {
  it.each([
    ['name', 'name', true],
    ['name', 'names', false],
    ['', '', true],
    ['*', '', true],
    ['*', '.hidden', true],
    ['*.so', 'lib.so', true],
    ['*.so', 'lib.so.1', false],
    ['lib*.so.*', 'libc.so.6', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['ab*ba', 'aba', false],
    ['a**b', 'axxb', true],
    ['?', 'x', true],
    ['?', '', false],
    ['?', 'xy', false],
    ['?', '\u00e9', true],
    ['?', '\u{1f600}', true],
    ['?\u{1f600}', '\u{1f600}\u{1f600}', true],
    ['[abc]', 'b', true],
    ['[abc]', 'd', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]', 'd', true],
    ['[!a-c]', 'b', false],
    ['[^a-c]', 'b', false],
    ['[]a]', ']', true],
    ['[!]a]', ']', false],
    ['[a-]', '-', true],
    ['[-a]', '-', true],
    ['[\u00e0-\u00ff]', '\u00e9', true],
    ['[z-a]', 'm', false],
    ['[', '[', true],
    ['[a', '[a', true],
    ['a]', 'a]', true],
    [String.raw`\*`, '*', true],
    [String.raw`\*`, 'a', false],
    [String.raw`a\[b]`, 'a[b]', true],
    [String.raw`a\\`, 'a\\', true],
    ['a\\', 'a\\', true],
    ['{a,b}', '{a,b}', true],
    ['{a,b}', 'a', false],
    ['.', 'a', false],
    ['a+', 'aa', false],
    ['a*', 'a\nb', true],
  ])('lets %j match %j: %s', (segment, name, expected) => {
    expect(compileGlobSegment(segment)(name)).toBe(expected);
  });

  it('does not go through all ways to share a name out among stars', () => {
    const matches = compileGlobSegment(`${'*a'.repeat(40)}*b`);
    const started = cpuUsage();
    for (let run = 0; run < 100; run++) expect(matches(`${'a'.repeat(254)}c`)).toBe(false);
    expect(cpuSecondsSince(started)).toBeLessThan(1);
  });
});

describe('isLiteralSegment', () => {
  it.each([
    ['usr', true],
    ['{a,b}', true],
    ['a]', true],
    ['*', false],
    ['a?', false],
    ['[', false],
    ['\\', false],
  ])('says of %j: %s', (segment, expected) => {
    expect(isLiteralSegment(segment)).toBe(expected);
  });
});
