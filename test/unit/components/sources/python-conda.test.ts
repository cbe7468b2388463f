import { describe, expect, it } from 'vitest';
import { parseCondaPackage } from '../../../../src/components/sources/python-conda.ts';

function parse(value: unknown): ReturnType<typeof parseCondaPackage> {
  return parseCondaPackage(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
}

describe('parseCondaPackage', () => {
  it('takes name, files and build time', () => {
    const meta = {
      name: 'zlib',
      version: '1.3.1',
      files: ['lib/libz.so', 'include/zlib.h'],
      timestamp: 1733407662345,
    };
    expect(parse(meta)).toEqual({
      name: 'zlib',
      files: ['lib/libz.so', 'include/zlib.h'],
      buildTimeSeconds: 1733407662,
    });
  });

  it('gives names as bytes, and leaves out what is no text', () => {
    expect(parse({ name: 'a', files: ['caf\u00e9', 5, null] })).toEqual({
      name: 'a',
      files: ['caf\u00c3\u00a9'],
      buildTimeSeconds: undefined,
    });
  });

  it.each([
    [1733407662, 1733407662],
    [1733407662000, 1733407662],
    [0, undefined],
    [-5, undefined],
    ['1733407662', undefined],
    [1e300, undefined],
    [null, undefined],
  ])('reads the timestamp %j as %j', (timestamp, seconds) => {
    expect(parse({ name: 'a', files: [], timestamp })?.buildTimeSeconds).toBe(seconds);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"a"',
    '{}',
    '{"name":"a"}',
    '{"name":"","files":[]}',
    '{"name":1,"files":[]}',
  ])('has nothing to say of %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each(['{}', '""', '[]'])('refuses a million of %s, which would fill the memory', (value) => {
    const list = (count: number): Buffer =>
      Buffer.from(`{"name":"a","files":[${`${value},`.repeat(count)}"x"]}`);
    expect(parseCondaPackage(list(1000))?.files).toContain('x');
    expect(parseCondaPackage(list(1_000_000))).toBeUndefined();
  });
});
