import { describe, expect, it } from 'vitest';
import {
  parseChunkAddOptions,
  parseChunkCompareOptions,
  parseChunkPushOptions,
  parseChunkRestoreOptions,
  type RawChunkAddFlags,
  type RawChunkCompareFlags,
  type RawChunkExportFlags,
} from '../../../src/config/chunk-options.ts';
import { testMachine } from './test-machine.ts';

const NO_FLAGS = {
  tag: undefined,
  platform: undefined,
  strategy: undefined,
  chunkSize: undefined,
  filesystem: false,
  noFilesystem: false,
  maxInflated: undefined,
  maxEntries: undefined,
  tlsVerify: undefined,
  authFile: undefined,
};

function add(changes: Partial<RawChunkAddFlags> = {}, environment = {}) {
  const raw = { image: 'app.ociarchive', store: 'chunks', name: undefined, ...NO_FLAGS, ...changes };
  return parseChunkAddOptions(raw, testMachine({ environment }));
}

function compare(changes: Partial<RawChunkCompareFlags> = {}) {
  const raw = { images: ['a', 'b'], svg: undefined, ...NO_FLAGS, ...changes };
  return parseChunkCompareOptions(raw, testMachine());
}

const EXPORT: RawChunkExportFlags = {
  store: 'chunks',
  image: 'app:1',
  output: undefined,
  tag: undefined,
  force: false,
  compression: undefined,
  gzipEngine: undefined,
  compressionLevel: undefined,
  chunkSize: undefined,
  minChunkSize: undefined,
  externalToc: false,
  threads: undefined,
  tlsVerify: undefined,
  authFile: undefined,
};

describe('the options of layah chunk add', () => {
  it('are content-defined chunks of 64 KiB of the contents of files', () => {
    expect(add()).toEqual({
      image: {
        location: { kind: 'oci-archive', path: 'app.ociarchive' },
        text: 'app.ociarchive',
        tag: undefined,
        platform: undefined,
        machinePlatform: { os: 'linux', architecture: 'amd64' },
        maxInflatedBytes: undefined,
        maxEntries: undefined,
      },
      store: 'chunks',
      name: undefined,
      strategy: { name: 'content-defined', chunkSizeBytes: 65_536 },
      filesystem: true,
    });
  });

  it('take a strategy, a size, and layers as streams of bytes', () => {
    const options = add({ strategy: 'fixed-size', chunkSize: '4k', noFilesystem: true });
    expect(options.strategy).toEqual({ name: 'fixed-size', chunkSizeBytes: 4096 });
    expect(options.filesystem).toBe(false);
    expect(add({ strategy: 'file-boundary' }).strategy).toEqual({ name: 'file-boundary' });
  });

  it('take the store from the environment', () => {
    expect(add({ store: undefined }, { LAYAH_CHUNK_STORE: '/s' }).store).toBe('/s');
  });

  it.each([
    [{ store: undefined }, 'no chunk store given'],
    [{ name: '' }, '--name: the name is empty'],
    [{ strategy: 'rabin' }, '--strategy: "rabin" is none of fixed-size, file-boundary, content-defined'],
    [{ chunkSize: '1' }, '--chunk-size: 1 is not between 1 KiB and 16 MiB'],
    [
      { strategy: 'file-boundary', chunkSize: '4k' },
      '--chunk-size means nothing with --strategy file-boundary, where every file is one chunk',
    ],
    [{ filesystem: true, noFilesystem: true }, '--filesystem and --no-filesystem contradict each other'],
    [{ tlsVerify: 'false' }, '--tls-verify means something only together with docker://'],
  ])('refuse %j', (changes, message) => {
    expect(() => add(changes)).toThrow(message);
  });
});

describe('the options of layah chunk compare', () => {
  it('are all strategies with four sizes each, but for file-boundary', () => {
    const { strategies } = compare();
    expect(strategies).toHaveLength(9);
    expect(strategies[4]).toEqual({ name: 'file-boundary' });
  });

  it('take lists', () => {
    expect(compare({ strategy: 'content-defined', chunkSize: '1k,1k,2k' }).strategies).toEqual([
      { name: 'content-defined', chunkSizeBytes: 1024 },
      { name: 'content-defined', chunkSizeBytes: 2048 },
    ]);
    expect(() => compare({ images: [] })).toThrow('no IMAGE given');
    expect(() => compare({ svg: '' })).toThrow('--svg: the path is empty');
  });
});

describe('the options of layah chunk push', () => {
  const push = (image: string, output?: string) =>
    parseChunkPushOptions({ ...EXPORT, image, output }, testMachine());

  it('are an image and a place in a registry, or that place alone', () => {
    expect(push('app:1', 'docker://quay.io/me/app:1')).toMatchObject({
      image: 'app:1',
      format: 'estargz',
      output: { kind: 'registry' },
    });
    const alone = push('docker://quay.io/me/app:1');
    expect([alone.image, alone.output.kind]).toEqual([undefined, 'registry']);
  });

  it('refuse other places', () => {
    expect(() => push('app:1')).toThrow('chunk push needs a place in a registry');
    expect(() => push('app:1', 'oci:out')).toThrow('chunk push needs a place in a registry, not oci:out');
  });
});

describe('the options of layah chunk restore', () => {
  it('leave layers uncompressed', () => {
    const options = parseChunkRestoreOptions({ ...EXPORT, output: 'oci:out' }, testMachine());
    expect(options).toMatchObject({ image: 'app:1', format: 'none', output: { kind: 'oci-directory' } });
  });
});
