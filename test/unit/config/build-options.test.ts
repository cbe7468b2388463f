import { describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import { buildWarnings } from '../../../src/config/build-warnings.ts';
import { buildFlags, errorText, testMachine } from './test-machine.ts';

const MIB = 1024 * 1024;

function usage(flags: Parameters<typeof buildFlags>[0], machine = testMachine()): string {
  return errorText(() => parseBuildOptions(buildFlags(flags), machine));
}

describe('parseBuildOptions', () => {
  it('resolves every default', () => {
    expect(parseBuildOptions(buildFlags(), testMachine())).toEqual({
      rootfs: '/rootfs',
      output: { kind: 'stdout' },
      tag: undefined,
      image: {
        document: {},
        runtimeConfig: undefined,
        platform: { os: 'linux', architecture: 'amd64' },
        annotations: {},
        createdSeconds: undefined,
      },
      createdSeconds: 1_800_000_000,
      targets: [],
      maxLayers: 64,
      maxLayerSizeBytes: undefined,
      planEpochSeconds: undefined,
      previous: undefined,
      htmlPath: undefined,
      format: 'estargz',
      engine: { name: 'auto', level: undefined, libdeflatePath: undefined },
      chunkSizeBytes: 4 * MIB,
      minChunkSizeBytes: 0,
      externalToc: false,
      prune: [],
      skipSpecialFiles: false,
      threads: 4,
      componentMap: undefined,
      enabledSources: [
        'xattr',
        'rpm',
        'dpkg',
        'apk',
        'alpm',
        'python',
        'node',
        'gem',
        'volatile',
        'bigfiles',
      ],
      exclusiveComponents: [],
      record: undefined,
    });
  });

  it('freezes the options down to the config', () => {
    const configStr = '{"Labels": {"a": "b"}, "Env": ["A=b"]}';
    const options = parseBuildOptions(buildFlags({ configStr }), testMachine());
    expect(Object.isFrozen(options)).toBe(true);
    expect(Object.isFrozen(options.image.runtimeConfig?.['Env'])).toBe(true);
    expect(() => Object.assign(options, { maxLayers: 1 })).toThrow(TypeError);
  });

  it('takes what the flags say', () => {
    const flags = buildFlags({
      maxLayers: '100',
      compressionLevel: '0',
      chunkSize: '64KiB',
      minChunkSize: '50000',
      externalToc: true,
      threads: '7',
      prune: ['/var/cache/', 'tmp'],
      skipSpecialFiles: true,
      tag: 'localhost/app:1',
    });
    expect(parseBuildOptions(flags, testMachine())).toMatchObject({
      maxLayers: 100,
      engine: { name: 'auto', level: 0, libdeflatePath: undefined },
      chunkSizeBytes: 65_536,
      minChunkSizeBytes: 50_000,
      externalToc: true,
      threads: 7,
      prune: [
        { path: 'var/cache', keepDirectory: true },
        { path: 'tmp', keepDirectory: false },
      ],
      skipSpecialFiles: true,
      tag: 'localhost/app:1',
    });
  });

  it('does not read the config when a flag is wrong', () => {
    const machine = testMachine({
      readStdinText: () => {
        throw new Error('read');
      },
    });
    expect(usage({ config: '-', maxLayers: 'x' }, machine)).toMatch(/^usage: --max-layers/);
  });
});

describe('the root filesystem', () => {
  const rootfsOf = (environment: Record<string, string>, directories: string[] = []): string =>
    parseBuildOptions(
      buildFlags({ rootfs: undefined }),
      testMachine({ environment, isDirectory: (path) => directories.includes(path) }),
    ).rootfs;

  it('comes from the environment, where our name beats the one of chunkah', () => {
    expect(rootfsOf({ LAYAH_ROOTFS: '/a', CHUNKAH_ROOTFS: '/b' })).toBe('/a');
    expect(rootfsOf({ LAYAH_ROOTFS: '', CHUNKAH_ROOTFS: '/b' }, ['/layah'])).toBe('/b');
  });

  it('is /layah, else /chunkah, whichever is a directory', () => {
    expect(rootfsOf({}, ['/layah', '/chunkah'])).toBe('/layah');
    expect(rootfsOf({}, ['/chunkah'])).toBe('/chunkah');
  });

  it('is asked for with all the ways to give it', () => {
    expect(usage({ rootfs: undefined })).toBe(
      'usage: --rootfs: no root filesystem given | Use --rootfs DIR, set LAYAH_ROOTFS or CHUNKAH_ROOTFS, or mount the image on /layah or /chunkah.',
    );
    expect(usage({ rootfs: '' })).toBe('usage: --rootfs: the path is empty');
  });
});

describe('numbers', () => {
  it('are refused outside of their range', () => {
    expect(usage({ maxLayers: '0' })).toBe('usage: --max-layers: "0" is not a whole number from 1 to 1000');
    expect(usage({ maxLayers: '1001' })).toContain('"1001" is not a whole number');
    expect(usage({ compressionLevel: '10' })).toBe(
      'usage: --compression-level: "10" is not a whole number from 0 to 9',
    );
    expect(usage({ threads: '1.5' })).toBe('usage: --threads: "1.5" is not a whole number from 1 to 256');
  });

  it('are refused when they are not plain decimal digits', () => {
    for (const maxLayers of ['', ' 5', '0x10', '1e2', '-1', '+3', '９']) {
      expect(usage({ maxLayers })).toContain(`${JSON.stringify(maxLayers)} is not a whole number`);
    }
  });

  it('of threads come from the environment, and by default are the CPUs up to 16', () => {
    const threadsOf = (environment: Record<string, string>, cpuCount: number): number =>
      parseBuildOptions(buildFlags(), testMachine({ environment, cpuCount })).threads;
    expect(threadsOf({}, 64)).toBe(16);
    expect(threadsOf({}, 3)).toBe(3);
    expect(threadsOf({ CHUNKAH_THREADS: '9' }, 3)).toBe(9);
    expect(threadsOf({ LAYAH_THREADS: '64', CHUNKAH_THREADS: '9' }, 3)).toBe(64);
    expect(usage({}, testMachine({ environment: { LAYAH_THREADS: 'all' } }))).toBe(
      'usage: environment variable LAYAH_THREADS: "all" is not a whole number from 1 to 256',
    );
  });
});

describe('--compression', () => {
  const formatOf = (flags: Parameters<typeof buildFlags>[0]): string =>
    parseBuildOptions(buildFlags(flags), testMachine()).format;

  it('is estargz, gzip or none, and --compressed means gzip', () => {
    expect(formatOf({ compression: 'none' })).toBe('none');
    expect(formatOf({ compressed: true })).toBe('gzip');
    expect(formatOf({ compressed: true, compression: 'gzip' })).toBe('gzip');
  });

  it('is refused when it is anything else or contradicts --compressed', () => {
    expect(usage({ compression: 'zstd' })).toBe(
      'usage: --compression: "zstd" is none of estargz, gzip, none',
    );
    expect(usage({ compression: 'none', compressed: true })).toBe(
      'usage: --compressed means --compression gzip and contradicts --compression none',
    );
  });
});

describe('the creation time', () => {
  const configStr = '{"created": "2024-01-02T03:04:05.999Z", "architecture": "amd64", "os": "linux"}';
  const createdOf = (flags: Parameters<typeof buildFlags>[0], epoch?: string): number =>
    parseBuildOptions(
      buildFlags(flags),
      testMachine({ environment: epoch === undefined ? {} : { SOURCE_DATE_EPOCH: epoch } }),
    ).createdSeconds;

  it('is the flag, else SOURCE_DATE_EPOCH, else that of the config, else now', () => {
    expect(createdOf({ sourceDateEpoch: '0', configStr }, '5')).toBe(0);
    expect(createdOf({ configStr }, '5')).toBe(5);
    expect(createdOf({ configStr })).toBe(1_704_164_645);
    expect(createdOf({ configStr }, '')).toBe(1_704_164_645);
    expect(createdOf({})).toBe(1_800_000_000);
  });

  it('may not lie beyond the year 9999', () => {
    expect(createdOf({ sourceDateEpoch: '253402300799' })).toBe(253_402_300_799);
    expect(usage({ sourceDateEpoch: '253402300800' })).toBe(
      'usage: --source-date-epoch: "253402300800" is not a whole number from 0 to 253402300799',
    );
    expect(usage({}, testMachine({ environment: { SOURCE_DATE_EPOCH: 'now' } }))).toContain(
      'environment variable SOURCE_DATE_EPOCH: "now" is not',
    );
  });
});

describe('the platform', () => {
  const platformOf = (flags: Parameters<typeof buildFlags>[0], architecture = 'x64'): object =>
    parseBuildOptions(buildFlags(flags), testMachine({ architecture })).image.platform;
  const armConfig = '{"architecture": "arm", "variant": "v6", "os": "linux"}';

  it('is the flag, else that of the config, else that of the machine', () => {
    expect(platformOf({ arch: 'aarch64', configStr: armConfig })).toEqual({
      os: 'linux',
      architecture: 'arm64',
    });
    expect(platformOf({ configStr: armConfig })).toEqual({ os: 'linux', architecture: 'arm', variant: 'v6' });
    expect(platformOf({}, 'arm')).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
    expect(platformOf({}, 'ppc64')).toEqual({ os: 'linux', architecture: 'ppc64le' });
  });

  it('keeps an operating system that the config names', () => {
    expect(platformOf({ configStr: '{"os": "freebsd", "architecture": "amd64"}' })).toEqual({
      os: 'freebsd',
      architecture: 'amd64',
    });
  });

  it('keeps the variant of the config when the flag names the same architecture', () => {
    const configStr = '{"architecture": "amd64", "variant": "v3", "os": "linux"}';
    expect(platformOf({ arch: 'x86_64', configStr })).toEqual({
      os: 'linux',
      architecture: 'amd64',
      variant: 'v3',
    });
  });
});

describe('labels and annotations', () => {
  const imageOf = (flags: Parameters<typeof buildFlags>[0]): ReturnType<typeof parseBuildOptions>['image'] =>
    parseBuildOptions(buildFlags(flags), testMachine()).image;
  const configStr = '{"Labels": {"a": "1", "b": "2"}, "User": "0"}';

  it('are set, removed and cleared in the order given', () => {
    expect(imageOf({ configStr, label: ['c=3', 'a-', 'b=x=y'] }).runtimeConfig).toEqual({
      User: '0',
      Labels: { b: 'x=y', c: '3' },
    });
    expect(imageOf({ configStr, label: ['c=3', '-', 'd='] }).runtimeConfig).toEqual({
      User: '0',
      Labels: { d: '' },
    });
    expect(imageOf({ annotation: ['a=1', 'b=2', 'a-'] }).annotations).toEqual({ b: '2' });
  });

  it('leave no empty Labels behind, and none where there was no config', () => {
    expect(imageOf({ configStr, label: ['-'] }).runtimeConfig).toEqual({ User: '0' });
    expect(imageOf({ label: ['-'] }).runtimeConfig).toBeUndefined();
    expect(imageOf({ label: ['a=1'] }).runtimeConfig).toEqual({ Labels: { a: '1' } });
  });

  it('may be called __proto__ without any effect on other objects', () => {
    const { runtimeConfig } = imageOf({ label: ['__proto__=x'] });
    expect(JSON.stringify(runtimeConfig)).toBe('{"Labels":{"__proto__":"x"}}');
  });

  it('are refused when they are none of the three forms', () => {
    expect(usage({ label: ['a'] })).toBe(
      'usage: --label: "a" is neither KEY=VALUE, nor KEY- to remove one, nor - to remove all | Write a= for an empty value.',
    );
    expect(usage({ annotation: ['=a'] })).toBe(
      'usage: --annotation: "=a" is neither KEY=VALUE, nor KEY- to remove one, nor - to remove all',
    );
    expect(usage({ label: [''] })).toContain('--label: "" is neither');
  });
});

describe('buildWarnings', () => {
  const warningsFor = (maxLayers: string, target?: string): string[] =>
    buildWarnings(parseBuildOptions(buildFlags({ maxLayers, target }), testMachine()));

  it('warns of more layers than Docker or overlayfs take', () => {
    expect(warningsFor('125')).toEqual([]);
    expect(warningsFor('126')).toEqual(['--max-layers 126: Docker refuses images with more than 125 layers']);
    expect(warningsFor('501')).toEqual([
      '--max-layers 501: overlayfs mounts at most 500 layers, so the image may not run',
    ]);
  });

  it('says nothing of Docker when the image is for others', () => {
    expect(warningsFor('127', 'containerd')).toEqual([]);
    expect(warningsFor('127', 'containerd,docker')).toHaveLength(1);
  });
});
