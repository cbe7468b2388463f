import { describe, expect, it } from 'vitest';
import { machineArchitecture, parseArchitecture } from '../../../src/config/architecture.ts';
import { parseByteSize } from '../../../src/config/byte-size.ts';
import { parseTimestamp } from '../../../src/config/created-time.ts';
import { parseTag } from '../../../src/config/image-tag.ts';
import { parsePrunePattern } from '../../../src/config/prune-patterns.ts';
import { errorText } from './test-machine.ts';

describe('parseArchitecture', () => {
  it('knows the names of uname, rpm, dpkg and Go', () => {
    const names: [string, string][] = [
      ['x86_64', 'amd64'],
      ['AMD64', 'amd64'],
      ['aarch64', 'arm64'],
      ['arm64/v8', 'arm64'],
      ['i686', '386'],
      ['ppc64el', 'ppc64le'],
      ['s390x', 's390x'],
      ['riscv64', 'riscv64'],
      ['loongarch64', 'loong64'],
    ];
    for (const [name, architecture] of names) expect(parseArchitecture(name)).toEqual({ architecture });
  });

  it('tells the variants of arm apart', () => {
    for (const name of ['arm', 'armhf', 'armv7l', 'arm/v7']) {
      expect(parseArchitecture(name)).toEqual({ architecture: 'arm', variant: 'v7' });
    }
    expect(parseArchitecture('armel')).toEqual({ architecture: 'arm', variant: 'v6' });
    expect(parseArchitecture('armv5l')).toEqual({ architecture: 'arm', variant: 'v5' });
  });

  it('refuses what means nothing, a member of every object too', () => {
    for (const name of ['', 'vax', 'constructor', '__proto__', 'arm64/v9']) {
      expect(errorText(() => parseArchitecture(name))).toContain(
        `usage: --arch: ${JSON.stringify(name)} is not an architecture | Known are `,
      );
    }
  });
});

describe('machineArchitecture', () => {
  it('translates what Node calls its architectures', () => {
    expect(machineArchitecture('x64')).toEqual({ architecture: 'amd64' });
    expect(machineArchitecture('ia32')).toEqual({ architecture: '386' });
    expect(machineArchitecture('mipsel')).toEqual({ architecture: 'mipsle' });
    expect(machineArchitecture('sparc')).toEqual({ architecture: 'sparc' });
  });
});

describe('parseByteSize', () => {
  const range = { minBytes: 4096, maxBytes: 64 * 1024 * 1024 };
  const parse = (text: string): number => parseByteSize('--chunk-size', text, range);

  it('takes bytes and binary units in any case', () => {
    expect(parse('4096')).toBe(4096);
    expect(['4k', '4K', '4KiB', '4 kib'].map(parse)).toEqual([4096, 4096, 4096, 4096]);
    expect(['4m', '4M', '4MiB', '4 MiB'].map(parse)).toEqual(Array(4).fill(4 * 1024 * 1024));
  });

  it('refuses what is not between the limits, which it names', () => {
    for (const text of ['4095', '0', '65MiB', '1g', '999999999999g']) {
      expect(errorText(() => parse(text))).toBe(
        `usage: --chunk-size: ${text} is not between 4 KiB and 64 MiB`,
      );
    }
  });

  it('refuses decimal units, fractions, signs and words', () => {
    for (const text of ['', '4kB', '4MB', '1.5MiB', '-4096', '+5k', 'x', '4  k', ' 4096', 'k', '0x1000']) {
      expect(errorText(() => parse(text))).toBe(
        `usage: --chunk-size: ${JSON.stringify(text)} is not a size | Write a whole number of bytes, or one with k, KiB, m, MiB, g or GiB behind it.`,
      );
    }
  });
});

describe('parsePrunePattern', () => {
  it('tells a path from the content of a directory', () => {
    expect(parsePrunePattern('/a/b')).toEqual({ path: 'a/b', keepDirectory: false });
    expect(parsePrunePattern('/a/b/')).toEqual({ path: 'a/b', keepDirectory: true });
    expect(parsePrunePattern('a//b/.')).toEqual({ path: 'a/b', keepDirectory: true });
    expect(parsePrunePattern('../../a/./../b')).toEqual({ path: 'b', keepDirectory: false });
  });

  it('keeps a name that ends in a dot', () => {
    expect(parsePrunePattern('/a.')).toEqual({ path: 'a.', keepDirectory: false });
  });

  it('holds names as bytes', () => {
    expect(parsePrunePattern('/é').path).toBe('\u00c3\u00a9');
  });

  it('never drops everything', () => {
    for (const text of ['/', '', '.', '//', '/..', 'a/..']) {
      expect(errorText(() => parsePrunePattern(text))).toBe(
        `usage: --prune: ${JSON.stringify(text)} would drop the whole root filesystem | Name a path below it, for example --prune /var/cache/.`,
      );
    }
  });
});

describe('parseTag', () => {
  it('returns a valid reference as written', () => {
    expect(parseTag('foo')).toBe('foo');
    expect(parseTag('localhost:5000/a/b-c__d.e:V1.0_x')).toBe('localhost:5000/a/b-c__d.e:V1.0_x');
  });

  it('says what is wrong with another', () => {
    expect(errorText(() => parseTag('Foo:1'))).toBe(
      'usage: --tag: "Foo:1" is not a name for an image: the name has upper-case letters, only its tag may | Write NAME:TAG or REGISTRY/NAME:TAG, for example localhost/app:1.',
    );
  });
});

describe('parseTimestamp', () => {
  it('rounds down to whole seconds and respects the offset', () => {
    expect(parseTimestamp('1970-01-01T00:00:00Z')).toBe(0);
    expect(parseTimestamp('1970-01-01T00:00:01.999999999Z')).toBe(1);
    expect(parseTimestamp('1970-01-01t02:00:00+02:00')).toBe(0);
    expect(parseTimestamp('9999-12-31T23:59:59Z')).toBe(253_402_300_799);
  });

  it("takes Go's zero time for no time", () => {
    expect(parseTimestamp('0001-01-01T00:00:00Z')).toBeUndefined();
  });

  it('refuses what is no RFC 3339 time or lies before 1970', () => {
    for (const text of [
      '',
      'yesterday',
      '2024-01-01',
      '2024-13-01T00:00:00Z',
      '10000-01-01T00:00:00Z',
      '1969-12-31T23:59:59Z',
      '9999-12-31T23:59:59-01:00',
    ]) {
      expect(parseTimestamp(text)).toBe('invalid');
    }
  });
});
