import { describe, expect, it } from 'vitest';
import {
  containerdImageName,
  parseImageReference,
  tocImageName,
} from '../../../src/model/image-reference.ts';

describe('parseImageReference', () => {
  it('tells the registry from the path', () => {
    expect(parseImageReference('app:1')).toEqual({ domain: undefined, path: 'app', tag: '1' });
    expect(parseImageReference('team/app')).toEqual({ domain: undefined, path: 'team/app', tag: undefined });
    expect(parseImageReference('localhost/app:1')).toEqual({ domain: 'localhost', path: 'app', tag: '1' });
    expect(parseImageReference('127.0.0.1:5000/a/b')).toEqual({
      domain: '127.0.0.1:5000',
      path: 'a/b',
      tag: undefined,
    });
    expect(parseImageReference('[::1]:5000/a:T')).toEqual({ domain: '[::1]:5000', path: 'a', tag: 'T' });
  });

  it('allows the separators of the grammar', () => {
    for (const name of ['a.b', 'a_b', 'a__b', 'a-b', 'a---b', '0']) {
      expect(parseImageReference(name)).toEqual({ domain: undefined, path: name, tag: undefined });
    }
  });

  it('says what is wrong', () => {
    const problems: [string, string][] = [
      ['', 'it is empty'],
      ['a@sha256:0', 'a digest cannot be chosen, only a name and a tag'],
      ['a:', 'the tag "" is not 1 to 128 letters, digits, ".", "_" and "-", not beginning with "." or "-"'],
      ['a:-x', 'the tag "-x" is not 1 to 128'],
      [`a:${'x'.repeat(129)}`, 'is not 1 to 128'],
      ['App', 'the name has upper-case letters, only its tag may'],
      ['localhost/App', 'the name has upper-case letters, only its tag may'],
      ['a..b', '"a..b" is not lower-case letters and digits, joined by ".", "_", "-" or "/"'],
      ['-a', '"-a" is not lower-case'],
      ['a//b', '"a//b" is not lower-case'],
      ['a b', '"a b" is not lower-case'],
      ['localhost/', '"" is not lower-case'],
      ['bad_host.example/a', '"bad_host.example" is not the name of a registry'],
      ['a'.repeat(256), 'the name is longer than 255 characters'],
    ];
    for (const [text, problem] of problems) expect(parseImageReference(text)).toContain(problem);
  });
});

describe('containerdImageName', () => {
  const nameOf = (text: string): string | undefined => {
    const reference = parseImageReference(text);
    if (typeof reference === 'string') throw new Error(reference);
    return containerdImageName(reference);
  };

  it('is the full name with a tag', () => {
    expect(nameOf('localhost/app:1')).toBe('localhost/app:1');
    expect(nameOf('quay.io/team/app')).toBe('quay.io/team/app:latest');
    expect(nameOf('docker.io/app:1')).toBe('docker.io/library/app:1');
    expect(nameOf('docker.io/team/app:1')).toBe('docker.io/team/app:1');
  });

  it('does not exist for a short name, which podman and Docker complete differently', () => {
    expect(nameOf('app:1')).toBeUndefined();
    expect(nameOf('team/app:1')).toBeUndefined();
  });
});

describe('tocImageName', () => {
  it('has the suffix at the end of the tag', () => {
    expect(tocImageName('localhost/app:1')).toBe('localhost/app:1-esgztoc');
    expect(tocImageName('127.0.0.1:5000/app')).toBe('127.0.0.1:5000/app:latest-esgztoc');
  });
});
