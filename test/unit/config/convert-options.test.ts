import { describe, expect, it } from 'vitest';
import { buildNotes } from '../../../src/config/build-warnings.ts';
import { parseConvertOptions, type RawConvertFlags } from '../../../src/config/convert-options.ts';
import { errorText, testMachine } from './test-machine.ts';

const flags: RawConvertFlags = {
  source: 'oci:in',
  destination: 'out.ociarchive',
  tag: undefined,
  force: false,
  platform: [],
  externalToc: false,
  keepDiffId: false,
  tlsVerify: undefined,
  authFile: undefined,
  compression: undefined,
  gzipEngine: undefined,
  compressionLevel: undefined,
  chunkSize: undefined,
  minChunkSize: undefined,
  threads: undefined,
  record: undefined,
  recordImage: undefined,
  recordCopy: undefined,
  maxInflated: undefined,
  maxEntries: undefined,
};

const parse = (changes: Partial<RawConvertFlags>) =>
  parseConvertOptions({ ...flags, ...changes }, testMachine());
const error = (changes: Partial<RawConvertFlags>): string => errorText(() => parse(changes));

describe('parseConvertOptions', () => {
  it('resolves all defaults and freezes the options', () => {
    const options = parse({});
    expect(options).toEqual({
      source: { kind: 'oci-directory', path: 'in' },
      sourceTag: undefined,
      output: { kind: 'oci-archive', path: 'out.ociarchive' },
      tag: undefined,
      platforms: [],
      format: 'estargz',
      engine: { name: 'auto', level: undefined, libdeflatePath: undefined },
      externalToc: false,
      keepDiffId: false,
      enforcesLevel: false,
      record: undefined,
      chunkSizeBytes: 4 << 20,
      minChunkSizeBytes: 0,
      threads: 4,
    });
    expect(Object.isFrozen(options.platforms)).toBe(true);
  });

  it('takes tags behind paths, as podman and skopeo do', () => {
    expect(parse({ source: 'docker-archive:a.tar:localhost/a:1' })).toMatchObject({
      source: { kind: 'docker-archive', path: 'a.tar' },
      sourceTag: 'localhost/a:1',
    });
    expect(parse({ source: 'oci-archive:a:v1', destination: 'oci:out:v2', force: true })).toMatchObject({
      source: { kind: 'oci-archive', path: 'a' },
      sourceTag: 'v1',
      output: { kind: 'oci-directory', path: 'out', replace: true },
      tag: 'v2',
    });
  });

  it('gives the flags of a registry to the side that is one', () => {
    const { source, output } = parse({ source: 'docker://quay.io/a', tlsVerify: 'false' });
    expect(source).toMatchObject({ kind: 'registry', access: { tlsVerify: false } });
    expect(output.kind).toBe('oci-archive');
    expect(parse({ recordCopy: 'docker://quay.io/a', tlsVerify: 'false' }).record).toMatchObject({
      image: { location: { access: { tlsVerify: false } } },
    });
    expect(error({ tlsVerify: 'false' })).toContain(
      '--tls-verify means something only together with docker://',
    );
  });

  it('takes platforms by all names of their architectures', () => {
    expect(parse({ platform: ['linux/aarch64', 'linux/arm/v7', 'linux/arm'] }).platforms).toEqual([
      { os: 'linux', architecture: 'arm64' },
      { os: 'linux', architecture: 'arm', variant: 'v7' },
      { os: 'linux', architecture: 'arm' },
    ]);
    for (const text of ['amd64', 'linux/', 'linux/amd64/', 'linux/arm/v7/x']) {
      expect(error({ platform: [text] })).toContain(
        `--platform: "${text}" is not OS/ARCH or OS/ARCH/VARIANT`,
      );
    }
    expect(error({ platform: ['linux/pdp11'] })).toContain('--platform: "pdp11" is not an architecture');
  });

  it('takes --keep-diff-id only where it can be kept', () => {
    expect(parse({ externalToc: true, keepDiffId: true })).toMatchObject({
      externalToc: true,
      keepDiffId: true,
    });
    expect(error({ keepDiffId: true })).toContain('--keep-diff-id needs --external-toc');
    expect(error({ externalToc: true, compression: 'gzip' })).toContain(
      '--external-toc is about eStargz and means nothing with',
    );
    const record = { externalToc: true, keepDiffId: true, recordCopy: 'oci:x' };
    expect(error(record)).toContain('--keep-diff-id leaves the order of files as it is');
  });

  it('refuses what is missing or given twice', () => {
    expect(error({ destination: undefined })).toContain('usage: no DST given');
    expect(error({ destination: 'oci:out:a', tag: 'b' })).toContain('--tag: DST has a tag already: "a"');
    expect(error({ destination: 'docker://quay.io/a', tag: 'b' })).toContain(
      '--tag: the image is already named by DST',
    );
    expect(error({ source: 'docker-daemon:a' })).toContain('SRC: docker-daemon:a is not supported');
    expect(error({ destination: 'docker-archive:a' })).toBe(
      'usage: DST: docker-archive:a is not supported, only an OCI archive, an OCI layout or docker:// | Write an OCI archive: docker load and podman load take it. What needs a Docker archive gets one by: skopeo copy oci-archive:image.ociarchive docker-archive:a',
    );
  });
});

describe('eStargz on standard output', () => {
  it('comes with a note that podman push compresses it anew', () => {
    expect(buildNotes(parse({ destination: '-' }))).toEqual([
      expect.stringContaining('podman load followed by podman push compresses the layers anew'),
    ]);
    expect(buildNotes(parse({ destination: '-', compression: 'gzip' }))).toEqual([]);
    expect(buildNotes(parse({}))).toEqual([]);
  });
});
